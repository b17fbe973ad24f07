import { SegmentedControl } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';

import type { AccountView, Explanation, ScoreExplanation } from '../../../api/client';
import { downloadCsv } from '../../../format/csv';
import { useShortcuts } from '../../../frame/shortcuts';
import { Health } from '../../../show/Health';
import { Icon } from '../../../show/Icon';
import { Loaded } from '../../../show/Loaded';
import { Section } from '../../../show/Section';
import { Caps } from './Caps';
import { ComponentRows } from './ComponentRows';
import classes from './Why.module.css';
import { WHY_CSV_HEADER, whyCsvRows } from './whyCsv';

/** Why a score is what it is: a sentence first, a table second, the facts third. */
export function WhySection({ view, explanation }: { view: AccountView; explanation: UseQueryResult<Explanation> }) {
  const search = useSearch({ from: '/accounts/$account' });
  const navigate = useNavigate({ from: '/accounts/$account' });
  const score = search.score ?? 'outcomes';
  const data = explanation.data?.[score];
  const exportRows = () => {
    if (data) downloadCsv(`${view.account}-${score}-${view.as_of}`, WHY_CSV_HEADER, whyCsvRows(data));
  };
  useShortcuts([{ keys: 'e', label: 'export why as CSV', run: exportRows }]);
  return (
    <Section
      id="why"
      title="Why"
      aside={
        <div className={classes.aside}>
          <SegmentedControl
            size="xs"
            value={score}
            aria-label="Score"
            data={[
              { value: 'outcomes', label: 'Outcomes' },
              { value: 'experience', label: 'Experience' },
            ]}
            onChange={(value) =>
              void navigate({
                search: (old) => ({ ...old, score: value === 'experience' ? 'experience' : undefined }),
                hash: true,
                resetScroll: false,
              })
            }
          />
          <button type="button" className={classes.export} onClick={exportRows}>
            <Icon name="download" size={14} /> CSV
          </button>
        </div>
      }
    >
      <Loaded query={explanation} what="the explanation" height={520}>
        {(loaded) => <Why score={loaded[score]} version={loaded.workbook_version} />}
      </Loaded>
    </Section>
  );
}

function Why({ score, version }: { score: ScoreExplanation; version: number }) {
  return (
    <>
      <p className={classes.sentence}>{score.sentence}</p>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Component and measure</th>
            <th scope="col">Points</th>
            <th scope="col" title="share of the score after what is missing was left out" className={classes.weight}>
              Weight
            </th>
            <th scope="col" title="points × weight: these add up to the score">
              Adds
            </th>
          </tr>
        </thead>
        {score.components.map((component) => (
          <ComponentRows key={component.component} component={component} />
        ))}
        <tfoot>
          <tr>
            <th scope="row">
              Score
              <span className={classes.basis}>
                {score.scorecard ? `scorecard ${score.scorecard}, ` : ''}
                {version === 0 ? 'built-in workbook' : `workbook version ${version}`}
              </span>
            </th>
            <td />
            <td className={classes.weight} />
            <td>
              <Health cell={score} size="detail" />
            </td>
          </tr>
        </tfoot>
      </table>
      <Caps caps={score.caps} />
    </>
  );
}
