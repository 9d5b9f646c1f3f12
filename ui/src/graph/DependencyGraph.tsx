/** The dependency graph of a run on a canvas; placed in a worker, loaded only when it is asked for. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type Ref, useImperativeHandle, useMemo, useRef, useState } from 'react';
import { formatCount } from '@/lib/number';
import type { Theme } from '@/lib/theme';
import { handleCanvasKey, useCanvasScene } from './canvas-scene';
import type { LayoutRequest, Placed } from './dependency-layout';
import { buildDependencies, type DependencyModel, type DependencyNode, MOST_NODES } from './dependency-model';
import { DependencyScene } from './dependency-scene';
import { ItemTip } from './ItemTip';
import type { GraphModel, Item } from './model';
import type { GraphHandle } from './Timeline';

type Props = {
  model: GraphModel;
  isGrouped: boolean;
  theme: Theme;
  label: string;
  onSelect: (item: Item | null) => void;
  onOpen: (item: Item) => void;
  ref?: Ref<GraphHandle>;
};

export default function DependencyGraph({ model, isGrouped, ...rest }: Props) {
  const dependencies = useMemo(() => buildDependencies(model, isGrouped), [model, isGrouped]);
  const request: LayoutRequest = {
    ids: dependencies.nodes.map((node) => node.id),
    edges: dependencies.edges,
  };
  const layout = useQuery({
    queryKey: ['dependency-layout', request],
    queryFn: ({ signal }) => placeInWorker(request, signal),
    enabled: request.ids.length <= MOST_NODES && request.ids.length > 0,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    structuralSharing: false,
  });
  if (request.ids.length > MOST_NODES) {
    return (
      <p role="status" className="flex size-full items-center justify-center px-6 text-center text-muted">
        {formatCount(request.ids.length)} nodes are more than can be told apart. Group the runs of each task,
        or use the timeline.
      </p>
    );
  }
  if (!layout.data) {
    return (
      <p role="status" className="flex size-full items-center justify-center text-muted">
        {layout.error ? 'The graph could not be laid out' : 'Laying out the graph…'}
      </p>
    );
  }
  return <PlacedGraph dependencies={dependencies} placed={layout.data} {...rest} />;
}

type PlacedProps = Omit<Props, 'model' | 'isGrouped'> & { dependencies: DependencyModel; placed: Placed };

function PlacedGraph({ dependencies, placed, theme, label, onSelect, onOpen, ref }: PlacedProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hover, setHover] = useState<{ node: DependencyNode; x: number; y: number } | null>(null);
  const callbacks = useRef({ onSelect, onOpen });
  callbacks.current = { onSelect, onOpen };
  const data = useMemo(() => ({ dependencies, placed }), [dependencies, placed]);
  const mounted = useCanvasScene(
    canvas,
    (palette) =>
      new DependencyScene(dependencies, placed, palette, {
        onHover: setHover,
        onSelect: (node) => callbacks.current.onSelect(node?.items[0] ?? null),
        onOpen: (node) => node.items[0] && callbacks.current.onOpen(node.items[0]),
      }),
    (scene, next: typeof data) => scene.update(next.dependencies, next.placed),
    data,
    theme,
  );
  useImperativeHandle(ref, () => ({
    zoom: (factor) => {
      const current = mounted.current;
      current?.scene.zoom(factor, current.surface.width / 2, current.surface.height / 2);
      current?.surface.invalidate();
    },
    fit: () => {
      mounted.current?.scene.fit();
      mounted.current?.surface.invalidate();
    },
  }));
  return (
    <div className="relative size-full">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the keys are described by its label */}
      <canvas
        ref={canvas}
        role="application"
        aria-label={label}
        aria-roledescription="dependency graph"
        tabIndex={0}
        onKeyDown={(event) => mounted.current && handleCanvasKey(event, mounted.current)}
        className="block size-full touch-none select-none focus-visible:outline-offset-[-2px]"
        data-testid="dependency-graph"
      />
      {hover && (
        <ItemTip item={hover.node.items[0] as Item} x={hover.x} y={hover.y} note={noteOf(hover.node)} />
      )}
    </div>
  );
}

const noteOf = (node: DependencyNode): string | undefined =>
  node.items.length > 1 ? `${formatCount(node.items.length)} runs; the first one is shown` : undefined;

/** One worker for one layout: a superseded layout is ended, not waited for. */
function placeInWorker(request: LayoutRequest, signal: AbortSignal): Promise<Placed> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./dependency.worker.ts', import.meta.url), { type: 'module' });
    const end = () => worker.terminate();
    signal.addEventListener('abort', end);
    worker.onmessage = (message: MessageEvent<Placed>) => {
      resolve(message.data);
      end();
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
      end();
    };
    worker.postMessage(request);
  });
}
