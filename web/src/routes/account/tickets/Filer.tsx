import type { TicketRow } from '../../../api/client';
import { count } from '../../../format/number';
import { spaced } from '../../../format/words';
import classes from './Tickets.module.css';

/** Who filed a ticket, and how much their word weighs. */
export function Filer({ ticket }: { ticket: TicketRow }) {
  if (!ticket.person && !ticket.person_name) return <span className={classes.beside}>unknown</span>;
  const weight = [
    ...ticket.person_roles.map(spaced),
    ...(ticket.person_influence == null ? [] : [`influence ${ticket.person_influence}`]),
    ...(ticket.person_nps == null ? [] : [`NPS ${count(ticket.person_nps)}`]),
  ];
  return (
    <span>
      {ticket.person_name ?? ticket.person}
      <span className={classes.beside}>{weight.join(' · ')}</span>
    </span>
  );
}
