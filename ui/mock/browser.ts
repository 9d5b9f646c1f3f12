/** Starts the mock server inside the page. */
import { setupWorker } from 'msw/browser';
import { playLiveRun } from './engine';
import { createWorld } from './generate';
import { createHandlers } from './handlers';
import { currentScenario, setScenario } from './scenario';
import { createSocketHandlers } from './sockets';

export async function startMock(): Promise<void> {
  const world = createWorld(Date.now(), currentScenario() === 'empty' ? 0 : undefined);
  const worker = setupWorker(...createHandlers(world), ...createSocketHandlers(world));
  await worker.start({ quiet: true, onUnhandledRequest: 'bypass' });
  playLiveRun(world);
  // The handle by which browser tests change what the server does.
  Object.assign(window, { mock: { setScenario, world } });
}
