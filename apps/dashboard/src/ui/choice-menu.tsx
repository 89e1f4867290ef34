import { lazy, type ReactElement, type ReactNode } from 'react';
import { OnDemand, type Trigger } from './on-demand.tsx';

export interface Choice {
  key: string;
  label: string;
  hint?: string;
  icon?: ReactNode;
  disabled?: boolean;
  onChoose: () => void;
}

export interface ChoiceMenuProps {
  trigger: ReactElement<Trigger>;
  choices: Choice[];
  /** The key of the one that holds now, where the menu chooses between states rather than actions. */
  chosen?: string | null;
  label?: ReactNode;
  width?: number;
  position?: 'bottom-start' | 'bottom-end';
}

const load = () => import('./choice-menu-opened.tsx');
const ChoiceMenuOpened = lazy(load);

/** A button with a menu below it. */
export function ChoiceMenu(props: ChoiceMenuProps) {
  return (
    <OnDemand trigger={props.trigger} popup="menu" load={load}>
      <ChoiceMenuOpened {...props} />
    </OnDemand>
  );
}
