/** Whether the command palette is open: a button far away opens it. */
import { useSyncExternalStore } from 'react';
import { createStore } from '@/lib/store';

const isOpen = createStore(false);

export const openPalette = (): void => isOpen.set(true);
export const setPaletteOpen = (next: boolean): void => isOpen.set(next);
export const togglePalette = (): void => isOpen.set(!isOpen.get());
export const usePaletteOpen = (): boolean => useSyncExternalStore(isOpen.subscribe, isOpen.get);
