/** The dashboard: how the runs of a time range went, what failed, and what runs now. */
import { useQuery } from '@tanstack/react-query';
import { ALL_FLOW_RUNS, useLiveRefetch } from '@/api/events';
import { flowRunCountQuery, flowRunHistoryQuery, flowRunKeys } from '@/api/flow-runs';
import { GettingStarted } from '@/components/GettingStarted';
import { LiveIndicator } from '@/components/LiveIndicator';
import { PageHeader } from '@/components/PageHeader';
import { QueryState } from '@/components/QueryState';
import { Skeleton } from '@/components/Skeleton';
import { StackedBars } from '@/components/StackedBars';
import { Segments } from '@/components/ui/Choice';
import { useNow } from '@/lib/clock';
import { RANGES, type Range, rangeLabel, rangeWindow, rangeWords } from '@/lib/range';
import { sumStates, toBars } from './history';
import { RecentFailures } from './RecentFailures';
import { RunningNow } from './RunningNow';
import { StateCounts } from './StateCounts';

type Props = { range: Range; onRange: (range: Range) => void };

const RANGE_OPTIONS = RANGES.map((range) => ({ value: range, label: rangeLabel(range) }));

export function DashboardPage({ range, onRange }: Props) {
  const window = rangeWindow(range, useNow(10_000));
  const ever = useQuery(flowRunCountQuery({}));
  const history = useQuery(flowRunHistoryQuery(window));
  const live = useLiveRefetch(ALL_FLOW_RUNS, [flowRunKeys.lists]);
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto">
      <PageHeader
        title="Dashboard"
        actions={
          <>
            <LiveIndicator status={live} />
            {ever.data !== 0 && (
              <Segments label="Time range" value={range} options={RANGE_OPTIONS} onChange={onRange} />
            )}
          </>
        }
      />
      {ever.data === 0 ? (
        <GettingStarted />
      ) : (
        <div className="grid gap-4 px-4 pb-6 md:px-6 xl:grid-cols-[1fr_1fr]">
          <section aria-labelledby="history-title" className="panel p-4 xl:col-span-2">
            <h2 id="history-title" className="mb-3 font-semibold">
              Runs in the {rangeWords(range)}
            </h2>
            <QueryState query={history} loading={<HistorySkeleton />}>
              {(intervals) => (
                <>
                  <StateCounts counts={sumStates(intervals)} range={range} since={window.start} />
                  <StackedBars
                    bars={toBars(intervals)}
                    label={`Runs by state in the ${rangeWords(range)}`}
                    className="mt-5 h-52"
                  />
                </>
              )}
            </QueryState>
          </section>
          <RecentFailures since={window.start} words={rangeWords(range)} />
          <RunningNow />
        </div>
      )}
    </div>
  );
}

function HistorySkeleton() {
  return (
    <div role="status" aria-label="Loading">
      <div className="flex gap-8">
        <Skeleton className="h-12 w-24" />
        <Skeleton className="h-12 w-24" />
        <Skeleton className="h-12 w-24" />
      </div>
      <Skeleton className="mt-5 h-52 w-full" />
    </div>
  );
}
