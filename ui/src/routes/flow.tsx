/** `/flows/{id}`: one flow and its runs. */
import { createRoute } from '@tanstack/react-router';
import { lazy } from 'react';
import { flowQuery } from '@/api/flows';
import { patterns } from '@/lib/paths';
import { readList } from '@/lib/search';
import { isStateType, type StateType } from '@/lib/state';
import { rootRoute } from './root';

const FlowPage = lazy(async () => ({ default: (await import('@/features/flows/FlowPage')).FlowPage }));

export const flowRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: patterns.flow,
  validateSearch: (raw: Record<string, unknown>): { state?: StateType[] } => {
    const state = readList(raw.state)?.filter(isStateType);
    return { state: state?.length ? state : undefined };
  },
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(flowQuery(params.flowId)),
  component: function FlowRoute() {
    const { flowId } = flowRoute.useParams();
    const { state } = flowRoute.useSearch();
    const navigate = flowRoute.useNavigate();
    return (
      <FlowPage
        key={flowId}
        id={flowId}
        states={state ?? []}
        onStates={(next) =>
          void navigate({ search: { state: next.length > 0 ? next : undefined }, replace: true })
        }
      />
    );
  },
});
