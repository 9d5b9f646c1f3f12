/** The page of all flows, each with its latest runs. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { FLOW_PAGE_SIZE, type Flow, flowCountQuery, flowPageQuery } from '@/api/flows';
import { GettingStarted } from '@/components/GettingStarted';
import { SearchIcon } from '@/components/icons';
import { Notice } from '@/components/Notice';
import { type Column, PagedTable } from '@/components/PagedTable';
import { PageHeader } from '@/components/PageHeader';
import { SearchField } from '@/components/SearchField';
import { TagList } from '@/components/TagList';
import { Time } from '@/components/Time';
import { useShortcuts } from '@/lib/keyboard';
import { plural } from '@/lib/number';
import { pages } from '@/lib/paths';
import { LastRun, LatestRuns } from './LatestRuns';

const COLUMNS: Column<Flow>[] = [
  {
    key: 'name',
    header: 'Flow',
    cell: (flow) => (
      <Link to={pages.flow(flow.id)} className="block truncate font-medium hover:underline" title={flow.name}>
        {flow.name}
      </Link>
    ),
  },
  {
    key: 'tags',
    header: 'Tags',
    className: 'max-lg:hidden',
    cell: (flow) => <TagList tags={flow.tags} most={2} />,
  },
  { key: 'last', header: 'Last run', cell: (flow) => <LastRun flowId={flow.id} /> },
  {
    key: 'latest',
    header: 'Latest runs, oldest left',
    className: 'max-md:hidden',
    cell: (flow) => <LatestRuns flowId={flow.id} />,
  },
  {
    key: 'created',
    header: 'Created',
    className: 'max-lg:hidden',
    cell: (flow) => <Time at={flow.created} className="text-muted" />,
  },
];
const TEMPLATE =
  'grid-cols-[1fr_8rem] md:grid-cols-[minmax(10rem,1fr)_9rem_14rem] lg:grid-cols-[minmax(12rem,1.2fr)_minmax(6rem,0.7fr)_9rem_14rem_7rem]';

type Props = { name: string | undefined; onName: (name: string | undefined) => void };

export function FlowsPage({ name, onName }: Props) {
  const count = useQuery(flowCountQuery(name));
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
            Flows
            {count.data !== undefined && (
              <span className="tabular text-sm font-normal text-muted">{plural(count.data, 'flow')}</span>
            )}
          </>
        }
        documentTitle="Flows"
      />
      <search className="px-4 pb-3 md:px-6" aria-label="Filter flows">
        <SearchField
          ref={field}
          label="Search flows by name"
          placeholder="Search by name"
          shortcut="/"
          value={name ?? ''}
          onChange={(next) => onName(next || undefined)}
          className="w-56 max-sm:w-full"
        />
      </search>
      <section aria-label="Flows" className="flex min-h-0 flex-1 flex-col border-t border-line bg-surface">
        <PagedTable
          label="Flows"
          count={count.data}
          pageSize={FLOW_PAGE_SIZE}
          pageQuery={(page) => flowPageQuery(name, 'NAME_ASC', page)}
          columns={COLUMNS}
          template={TEMPLATE}
          rowTo={(flow) => pages.flow(flow.id)}
          empty={
            name ? (
              <Notice
                icon={<SearchIcon />}
                title="No flow has such a name"
                action={{ label: 'Clear search', onClick: () => onName(undefined) }}
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
