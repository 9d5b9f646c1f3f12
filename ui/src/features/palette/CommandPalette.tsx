/** The command palette: Ctrl or Cmd with K, type, Enter. */
import { useNavigate } from '@tanstack/react-router';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { FlowsIcon, SearchIcon } from '@/components/icons';
import { StateIcon } from '@/components/StateIcon';
import { classes } from '@/lib/classes';
import { stateLabel } from '@/lib/state';
import { type Command, useCommands } from './commands';
import { setPaletteOpen, togglePalette, usePaletteOpen } from './palette-state';

export function CommandPalette() {
  const isOpen = usePaletteOpen();
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      togglePalette();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <Dialog.Root open={isOpen} onOpenChange={setPaletteOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/35" />
        <Dialog.Content
          aria-describedby={undefined}
          className="appear fixed top-[12vh] left-1/2 z-40 flex max-h-[70vh] w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 flex-col overflow-hidden rounded-xl bg-surface shadow-(--shadow)"
        >
          <Dialog.Title className="sr-only">Go to a page, a flow or a run</Dialog.Title>
          <PaletteBody />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteBody() {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const navigate = useNavigate();
  const listId = useId();
  const { commands, isSearching } = useCommands(text, true);
  const current = Math.min(chosen, Math.max(0, commands.length - 1));

  const run = (command: Command | undefined) => {
    if (!command) return;
    setPaletteOpen(false);
    if ('to' in command.action) void navigate({ to: command.action.to, search: command.action.search });
    else command.action.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = (current + step + commands.length) % Math.max(1, commands.length);
      setChosen(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(commands[current]);
    }
  };
  return (
    <>
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        <SearchIcon className="text-muted" />
        <input
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={commands.length > 0 ? `${listId}-${current}` : undefined}
          aria-label="Go to a page, a flow or a run"
          placeholder="Go to a page, a flow or a run"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKey}
          className="h-12 flex-1 bg-transparent text-base outline-none placeholder:text-muted"
        />
      </div>
      <div id={listId} role="listbox" aria-label="Results" className="min-h-0 overflow-auto p-1.5">
        {commands.map((command, index) => (
          <Result
            key={`${command.group}-${command.id}`}
            id={`${listId}-${index}`}
            command={command}
            isFirst={commands[index - 1]?.group !== command.group}
            isChosen={index === current}
            onPoint={() => setChosen(index)}
            onRun={() => run(command)}
          />
        ))}
        {commands.length === 0 && (
          <p role="status" className="px-3 py-6 text-center text-muted">
            {isSearching ? 'Searching…' : `Nothing is called “${text.trim()}”`}
          </p>
        )}
      </div>
    </>
  );
}

type ResultProps = {
  id: string;
  command: Command;
  isFirst: boolean;
  isChosen: boolean;
  onPoint: () => void;
  onRun: () => void;
};

function Result({ id, command, isFirst, isChosen, onPoint, onRun }: ResultProps) {
  return (
    <>
      {isFirst && <div className="px-2.5 pt-2 pb-1 text-2xs text-muted">{command.group}</div>}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keyboard */}
      <div
        id={id}
        role="option"
        aria-selected={isChosen}
        onPointerMove={onPoint}
        onClick={onRun}
        className={classes(
          'flex h-9 cursor-default items-center gap-2.5 rounded-md px-2.5',
          isChosen && 'bg-raised',
        )}
      >
        {command.state && <StateIcon type={command.state} />}
        {command.group === 'Flows' && <FlowsIcon className="text-muted" />}
        <span className="truncate">{command.label}</span>
        {command.state && <span className="ml-auto text-xs text-muted">{stateLabel(command.state)}</span>}
      </div>
    </>
  );
}
