/** `/runs`: all flow runs. */
import { createRoute } from '@tanstack/react-router';
import { lazy } from 'react';
import { readRunSearch } from '@/features/flow-runs/run-search';
import { patterns } from '@/lib/paths';
import { rootRoute } from './root';

const RunsPage = lazy(async () => ({ default: (await import('@/features/flow-runs/RunsPage')).RunsPage }));

export const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: patterns.flowRuns,
  validateSearch: readRunSearch,
  component: function RunsRoute() {
    const search = runsRoute.useSearch();
    const navigate = runsRoute.useNavigate();
    return <RunsPage search={search} onSearch={(next) => void navigate({ search: next, replace: true })} />;
  },
});
