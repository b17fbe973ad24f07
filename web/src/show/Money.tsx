import { shortMoney, wholeMoney } from '../format/money';
import { useBook } from './useBook';

/** An amount of the reporting currency: short, whole on hover. */
export function Money({ cents, whole = false }: { cents: number; whole?: boolean }) {
  const currency = useBook()?.currency;
  const exact = wholeMoney(cents, currency);
  return <span title={exact}>{whole ? exact : shortMoney(cents, currency)}</span>;
}
