/** The page of all flow runs: filters, sort, live. */
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { ALL_FLOW_RUNS, useLiveRefetch } from '@/api/events';
import { flowRunCountQuery, flowRunKeys } from '@/api/flow-runs';
import { GettingStarted } from '@/components/GettingStarted';
import { SearchIcon } from '@/components/icons';
import { LiveIndicator } from '@/components/LiveIndicator';
import { Notice } from '@/components/Notice';
import { PageHeader } from '@/components/PageHeader';
import { useNow } from '@/lib/clock';
import { useShortcuts } from '@/lib/keyboard';
import { plural } from '@/lib/number';
import { RunFilters } from './RunFilters';
import { RunTable } from './RunTable';
import { isFiltered, type RunSearch, toCriteria } from './run-search';

type Props = { search: RunSearch; onSearch: (next: RunSearch) => void };

export function RunsPage({ search, onSearch }: Props) {
  const now = useNow(60_000);
  const criteria = toCriteria(search, now);
  const count = useQuery(flowRunCountQuery(criteria));
  const live = useLiveRefetch(ALL_FLOW_RUNS, [flowRunKeys.lists]);
  const field = useRef<HTMLInputElement>(null);
  useShortcuts({
    '/': (event) => {
      event.preventDefault();
      field.current?.focus();
    },
  });
  return (
    <>
      <PageHeader
        title={
          <>
            Runs
            {count.data !== undefined && (
              <span className="tabular text-sm font-normal text-muted" data-testid="run-count">
                {plural(count.data, 'run')}
              </span>
            )}
          </>
        }
        documentTitle="Runs"
        actions={<LiveIndicator status={live} />}
      />
      <RunFilters search={search} onSearch={onSearch} field={field} />
      <section aria-label="Runs" className="flex min-h-0 flex-1 flex-col border-t border-line bg-surface">
        <RunTable
          label="Flow runs"
          criteria={criteria}
          sort={search.sort}
          empty={
            isFiltered(search) ? (
              <Notice
                icon={<SearchIcon />}
                title="No run matches these filters"
                action={{ label: 'Clear filters', onClick: () => onSearch({ sort: search.sort }) }}
              />
            ) : (
              <GettingStarted />
            )
          }
        />
      </section>
    </>
  );
}
