/** `/flows`: all flows. */
import { createRoute } from '@tanstack/react-router';
import { lazy } from 'react';
import { patterns } from '@/lib/paths';
import { readText } from '@/lib/search';
import { rootRoute } from './root';

const FlowsPage = lazy(async () => ({ default: (await import('@/features/flows/FlowsPage')).FlowsPage }));

export const flowsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: patterns.flows,
  validateSearch: (raw: Record<string, unknown>): { name?: string } => ({ name: readText(raw.name) }),
  component: function FlowsRoute() {
    const { name } = flowsRoute.useSearch();
    const navigate = flowsRoute.useNavigate();
    return (
      <FlowsPage name={name} onName={(next) => void navigate({ search: { name: next }, replace: true })} />
    );
  },
});
