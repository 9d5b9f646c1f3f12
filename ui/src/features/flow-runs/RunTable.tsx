/** A list of flow runs by criteria, of any length. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import {
  type FlowRunCriteria,
  type FlowRunSort,
  flowRunCountQuery,
  flowRunPageQuery,
  PAGE_SIZE,
} from '@/api/flow-runs';
import { PagedTable } from '@/components/PagedTable';
import { pages } from '@/lib/paths';
import { RUN_COLUMNS, RUN_COLUMNS_OF_FLOW, RUN_TEMPLATE, RUN_TEMPLATE_OF_FLOW } from './run-columns';

type Props = {
  label: string;
  criteria: FlowRunCriteria;
  sort?: FlowRunSort;
  isOfOneFlow?: boolean;
  empty: ReactNode;
};

export function RunTable({ label, criteria, sort = 'START_TIME_DESC', isOfOneFlow, empty }: Props) {
  const count = useQuery(flowRunCountQuery(criteria));
  return (
    <PagedTable
      label={label}
      count={count.data}
      pageSize={PAGE_SIZE}
      pageQuery={(page) => flowRunPageQuery(criteria, sort, page)}
      columns={isOfOneFlow ? RUN_COLUMNS_OF_FLOW : RUN_COLUMNS}
      template={isOfOneFlow ? RUN_TEMPLATE_OF_FLOW : RUN_TEMPLATE}
      rowTo={(run) => pages.flowRun(run.id)}
      empty={empty}
    />
  );
}
