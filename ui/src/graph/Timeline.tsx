/** The timeline of a run on a canvas. */
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { serverNow } from '@/lib/clock';
import type { Theme } from '@/lib/theme';
import { handleCanvasKey, useCanvasScene } from './canvas-scene';
import { ItemTip } from './ItemTip';
import type { GraphModel, Item } from './model';
import { type Hover, TimelineScene } from './timeline-scene';

/** While a run is running its bars grow this often. */
const GROW_MS = 100;

export type GraphHandle = { zoom: (factor: number) => void; fit: () => void };

type Props = {
  model: GraphModel;
  theme: Theme;
  label: string;
  onSelect: (item: Item | null) => void;
  onOpen: (item: Item) => void;
  ref?: Ref<GraphHandle>;
};

export function Timeline({ model, theme, label, onSelect, onOpen, ref }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hover, setHover] = useState<Hover>(null);
  const callbacks = useRef({ onSelect, onOpen });
  callbacks.current = { onSelect, onOpen };

  const mounted = useCanvasScene(
    canvas,
    (palette) =>
      new TimelineScene(model, palette, serverNow, {
        onHover: setHover,
        onSelect: (item) => callbacks.current.onSelect(item),
        onOpen: (item) => callbacks.current.onOpen(item),
      }),
    (scene, next: GraphModel) => scene.update(next),
    model,
    theme,
  );

  const isRunning = model.end === null;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => mounted.current?.surface.invalidate(), GROW_MS);
    return () => clearInterval(timer);
  }, [isRunning, mounted]);

  useImperativeHandle(ref, () => ({
    zoom: (factor) => {
      mounted.current?.scene.zoom(factor, mounted.current.surface.width / 2);
      mounted.current?.surface.invalidate();
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
        aria-roledescription="timeline"
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && mounted.current?.scene.selected)
            onOpen(mounted.current.scene.selected);
          else if (mounted.current) handleCanvasKey(event, mounted.current);
        }}
        className="block size-full touch-none select-none focus-visible:outline-offset-[-2px]"
        data-testid="timeline"
      />
      {hover && <ItemTip item={hover.item} x={hover.x} y={hover.y} />}
    </div>
  );
}
