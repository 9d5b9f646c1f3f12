/** `/`: the dashboard. */
import { createRoute } from '@tanstack/react-router';
import { lazy } from 'react';
import { patterns } from '@/lib/paths';
import { RANGES, type Range } from '@/lib/range';
import { readOneOf } from '@/lib/search';
import { rootRoute } from './root';

const DashboardPage = lazy(async () => ({
  default: (await import('@/features/dashboard/DashboardPage')).DashboardPage,
}));

export const dashboardRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: patterns.dashboard,
  validateSearch: (raw: Record<string, unknown>): { range?: Range } => ({
    range: readOneOf(raw.range, RANGES),
  }),
  component: function DashboardRoute() {
    const { range } = dashboardRoute.useSearch();
    const navigate = dashboardRoute.useNavigate();
    return (
      <DashboardPage
        range={range ?? '24h'}
        onRange={(next) =>
          void navigate({ search: { range: next === '24h' ? undefined : next }, replace: true })
        }
      />
    );
  },
});
