/** The graph of a run: timeline or dependencies, its tools, and what is selected in it. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { flowRunGraphQuery } from '@/api/flow-run-graph';
import type { FlowRun } from '@/api/flow-runs';
import { Problem } from '@/components/QueryState';
import { Skeleton } from '@/components/Skeleton';
import { buildModel, type GraphHandle, GraphTable, type Item, layOut, Timeline } from '@/graph';
import { plural } from '@/lib/number';
import { pages } from '@/lib/paths';
import { isTerminal } from '@/lib/state';
import { useTheme } from '@/lib/theme';
import { GraphSelection } from './GraphSelection';
import { type GraphMode, GraphToolbar } from './GraphToolbar';

const DependencyGraph = lazy(() => import('@/graph/DependencyGraph'));

const [LEAST_HEIGHT, MOST_HEIGHT, AXIS] = [92, 280, 30];
const KEYS =
  'Arrow keys move, plus and minus zoom, zero shows all. The same data is in the list of task runs.';
/** Up to this many the runs of one task are worth a box each. */
const GROUP_FROM = 20;

type Props = { run: FlowRun; mode: GraphMode; onMode: (mode: GraphMode) => void };

export function GraphPanel({ run, mode, onMode }: Props) {
  const query = useQuery(flowRunGraphQuery(run.id, isTerminal(run.state_type)));
  const theme = useTheme();
  const navigate = useNavigate();
  const handle = useRef<GraphHandle>(null);
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const [grouping, setGrouping] = useState<boolean | null>(null);
  const model = useMemo(() => query.data && buildModel(query.data), [query.data]);
  const height = useMemo(() => {
    if (!model) return LEAST_HEIGHT;
    return Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, layOut(model, new Set()).height + AXIS));
  }, [model]);

  if (query.error && !model) {
    return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!model) return <Skeleton className="mx-4 mb-3 h-40 md:mx-6" />;
  if (model.items.length === 0) {
    return (
      <p className="border-y border-line bg-surface px-4 py-5 text-muted md:px-6">
        {isTerminal(run.state_type)
          ? 'This run had no tasks.'
          : 'No task has started yet; tasks appear here as they do.'}
      </p>
    );
  }
  const selected = selectedId ? (model.byId.get(selectedId) ?? null) : null;
  const isGrouped = grouping ?? model.items.length > GROUP_FROM;
  const open = (item: Item) => void openItem(item, navigate);
  const shared = {
    model,
    theme,
    ref: handle,
    onSelect: (item: Item | null) => setSelectedId(item?.id ?? null),
    onOpen: open,
  };
  return (
    <section aria-label="Run graph" className="border-y border-line bg-surface">
      <GraphToolbar
        mode={mode}
        onMode={onMode}
        isGrouped={isGrouped}
        onGrouped={setGrouping}
        summary={plural(model.items.length, 'task')}
        onZoom={(factor) => handle.current?.zoom(factor)}
        onFit={() => handle.current?.fit()}
      />
      <div
        className="relative resize-y overflow-hidden border-t border-line/60"
        style={{ height: mode === 'dependencies' ? MOST_HEIGHT : height, minHeight: LEAST_HEIGHT }}
      >
        {mode === 'timeline' ? (
          <Timeline label={`Timeline of ${plural(model.items.length, 'task')}. ${KEYS}`} {...shared} />
        ) : (
          <Suspense fallback={<Skeleton className="size-full" />}>
            <DependencyGraph
              key={String(isGrouped)}
              label={`Dependencies of ${plural(model.items.length, 'task')}. ${KEYS}`}
              isGrouped={isGrouped}
              {...shared}
            />
          </Suspense>
        )}
      </div>
      {selected && (
        <GraphSelection item={selected} model={model} onOpen={open} onClose={() => setSelectedId(null)} />
      )}
      <GraphTable model={model} />
    </section>
  );
}

/** A subflow's bar leads to the run of the subflow, a task's to the run of the task. */
const openItem = (item: Item, navigate: ReturnType<typeof useNavigate>) =>
  navigate({ to: item.kind === 'flow-run' ? pages.flowRun(item.id) : pages.taskRun(item.id) });
