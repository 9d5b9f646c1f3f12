/** Whether the server answers, as seen by every request the page makes. */
import { useSyncExternalStore } from 'react';
import { createStore } from '@/lib/store';

export type Connection = 'unknown' | 'here' | 'away';

const connection = createStore<Connection>('unknown');

export const noteAnswer = (): void => connection.set('here');
export const noteAway = (): void => connection.set('away');
export const useConnection = (): Connection => useSyncExternalStore(connection.subscribe, connection.get);
