/** The frame around every page: navigation, the banner of an absent server, palette and messages. */
import { Outlet } from '@tanstack/react-router';
import { useServerAway } from '@/api/server';
import { UnplugIcon } from '@/components/icons';
import { Toaster } from '@/components/Toaster';
import { HintProvider } from '@/components/ui/Hint';
import { CommandPalette } from '@/features/palette';
import { Navigation } from './Navigation';

export function AppShell() {
  return (
    <HintProvider>
      <a
        href="#main"
        className="absolute -top-10 left-2 z-50 rounded-md bg-ink px-3 py-1.5 text-on-ink focus:top-2"
      >
        Skip to content
      </a>
      <div className="flex h-full flex-col md:flex-row">
        <Navigation />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <ServerAwayBanner />
          <main id="main" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
            <Outlet />
          </main>
        </div>
      </div>
      <CommandPalette />
      <Toaster />
    </HintProvider>
  );
}

function ServerAwayBanner() {
  if (!useServerAway()) return null;
  return (
    <div
      role="alert"
      className="flex items-center gap-2 border-b border-line bg-(--mark-soft) px-4 py-1.5 text-text md:px-6"
    >
      <UnplugIcon />
      <span className="min-w-0">
        <strong className="font-medium">The server does not answer.</strong> Trying again every two seconds;
        runs go on meanwhile.
      </span>
    </div>
  );
}
