/** Starts the page. */
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/query-client';
import './index.css';
import { watchSystemTheme } from './lib/theme';
import { createAppRouter } from './routes/router';

async function start(): Promise<void> {
  // The mock server is code of the mock build only: elsewhere this branch is dropped.
  if (__MOCK__) await (await import('@mock/browser')).startMock();
  watchSystemTheme();
  const queryClient = createQueryClient();
  const router = createAppRouter(queryClient);
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no element with the id "root"');
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

void start();
