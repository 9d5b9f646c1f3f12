/** The mock server for tests that run in Node. */
import { setupServer } from 'msw/node';
import { createWorld } from './generate';
import { createHandlers } from './handlers';

/** A small world at a fixed time: quick to make, and the same each time. */
export const MOCK_NOW = Date.parse('2026-11-20T12:00:00.000Z');
export const mockWorld = createWorld(MOCK_NOW, 300);
export const mockServer = setupServer(...createHandlers(mockWorld));
