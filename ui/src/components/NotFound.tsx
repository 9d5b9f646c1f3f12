/** What stands at an address where nothing is. */
import { Link } from '@tanstack/react-router';
import { pages } from '@/lib/paths';
import { Mark } from './Mark';
import { PageHeader } from './PageHeader';

export function NotFound({ what = 'This page' }: { what?: string }) {
  return (
    <>
      <PageHeader title="Not found" />
      <div className="flex flex-1 flex-col items-center justify-center gap-2 px-6 pb-24 text-center">
        <Mark className="size-9" />
        <p className="mt-2 text-base font-medium">{what} does not exist</p>
        <p className="max-w-md text-muted">It may have been deleted, or the address is mistyped.</p>
        <p className="mt-1 flex gap-4">
          <Link to={pages.dashboard} className="text-accent hover:underline">
            Dashboard
          </Link>
          <Link to={pages.flowRuns} className="text-accent hover:underline">
            All runs
          </Link>
        </p>
      </div>
    </>
  );
}
