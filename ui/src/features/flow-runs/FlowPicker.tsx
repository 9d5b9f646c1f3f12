/** Chooses one flow by typing a part of its name. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { flowBriefQuery, flowPageQuery } from '@/api/flows';
import { ChevronDownIcon } from '@/components/icons';
import { Button } from '@/components/ui/Button';
import { PickerOption, PickerPanel } from '@/components/ui/Picker';

type Props = { chosen: string | undefined; onChange: (flowId: string | undefined) => void };

const SHOWN = 20;

export function FlowPicker({ chosen, onChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const current = useQuery({ ...flowBriefQuery(chosen ?? ''), enabled: chosen !== undefined });
  const found = useQuery({ ...flowPageQuery(text || undefined, 'NAME_ASC', 0, SHOWN), enabled: isOpen });
  const words = chosen === undefined ? 'Any flow' : (current.data?.name ?? 'One flow');
  const choose = (id: string | undefined) => {
    setOpen(false);
    onChange(id);
  };
  return (
    <PickerPanel
      isOpen={isOpen}
      onOpenChange={(next) => {
        setOpen(next);
        setText('');
      }}
      label="Choose a flow"
      placeholder="Find a flow"
      text={text}
      onText={setText}
      onEnter={() => choose(found.data?.[0]?.id)}
      trigger={
        <Button className="max-w-56 pr-2" aria-label={`Flow: ${words}`}>
          <span className="truncate">{words}</span>
          <ChevronDownIcon className="size-3.5 text-muted" />
        </Button>
      }
    >
      {text === '' && (
        <PickerOption isChosen={chosen === undefined} onClick={() => choose(undefined)}>
          Any flow
        </PickerOption>
      )}
      {found.data?.map((flow) => (
        <PickerOption key={flow.id} isChosen={flow.id === chosen} onClick={() => choose(flow.id)}>
          {flow.name}
        </PickerOption>
      ))}
      {found.data?.length === 0 && <p className="px-2 py-3 text-center text-muted">No such flow</p>}
    </PickerPanel>
  );
}
