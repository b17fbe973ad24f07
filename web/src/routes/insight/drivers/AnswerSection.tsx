import { VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import type { DriversReport, Gate } from '../../../api/client';
import { Icon } from '../../../show/Icon';
import { Section } from '../../../show/Section';
import { Shape } from '../../../show/Shape';
import classes from './AnswerSection.module.css';
import { RowsLink } from './RowsLink';
import { failingWords, LEVELS } from './words';

/** The answer in words, or the honest refusal, and how far the evidence reaches. */
export function AnswerSection({ report }: { report: DriversReport }) {
  const { gate, sentences } = report;
  const isSilent = gate.level === 0 || sentences.length === 0;
  const failing = failingWords(gate);
  return (
    <Section id="answer" title="Which components go with renewal?" aside={<Level gate={gate} />}>
      {isSilent ? <Refusal report={report} /> : <Sentences sentences={sentences} nTerms={report.model?.terms.length ?? 0} />}
      {!isSilent && failing && <p className={classes.failing}>{failing}</p>}
      <Requirements gate={gate} />
    </Section>
  );
}

function Level({ gate }: { gate: Gate }) {
  return (
    <span className={classes.level} title={LEVELS.map(({ name, allows }, level) => `${level} ${name}: ${allows}`).join('\n')}>
      <span className={classes.steps} aria-hidden="true">
        {LEVELS.map(({ name }, level) => (
          <span key={name} data-reached={level <= gate.level || undefined} />
        ))}
      </span>
      <strong>
        Level {gate.level} of 3, {gate.name}
      </strong>
      <span className={classes.quiet}>{LEVELS[gate.level]?.allows}</span>
    </span>
  );
}

function Sentences({ sentences, nTerms }: { sentences: readonly string[]; nTerms: number }) {
  const findings = sentences.slice(0, nTerms);
  return (
    <>
      <ul className={classes.findings}>
        {findings.map((sentence) => {
          const colon = sentence.indexOf(': ');
          const isClear = !/ is not distinguishable /.test(sentence);
          return (
            <li key={sentence} data-clear={isClear || undefined}>
              <Direction sentence={sentence} />
              <span>
                <strong>{colon < 0 ? sentence : sentence.slice(0, colon + 1)}</strong>
                {colon >= 0 && <span className={classes.detail}> {unbroken(sentence.slice(colon + 2))}</span>}
              </span>
            </li>
          );
        })}
      </ul>
      {sentences.slice(nTerms).map((sentence, place, { length }) => (
        <p key={sentence} className={classes.basis}>
          {sentence}
          {/* The last one says from which renewals all this is. */}
          {place === length - 1 && (
            <>
              {' '}
              <RowsLink filter={{ rows: 'used' }}>Open these renewals</RowsLink>
            </>
          )}
        </p>
      ))}
    </>
  );
}

/** More, less or neither: a sign for the eye, the sentence says it. */
function Direction({ sentence }: { sentence: string }) {
  const sign = / with more renewal/.test(sentence) ? '▲' : / with less renewal/.test(sentence) ? '▼' : '=';
  return (
    <span aria-hidden="true" className={classes.sign}>
      {sign}
    </span>
  );
}

function Refusal({ report }: { report: DriversReport }) {
  const { refused, gate } = report;
  return (
    <div className={classes.refusal}>
      <p className={classes.refusalTitle}>
        <Shape colour="unknown" size={12} /> Nothing is claimed from these renewals
      </p>
      {refused ? <p>{capital(refused)}.</p> : null}
      {gate.failing.length > 0 && (
        <>
          <p>Before a direction is named, this is needed:</p>
          <ul>
            {gate.failing.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </>
      )}
      <p className={classes.quiet}>
        The counts below stand for themselves. A longer window holds more decided renewals; see <Link to="." search hash="checks">the checks</Link> for what else
        may bar an answer.
      </p>
    </div>
  );
}

/** A number and its sign of per cent stay on one line. */
function unbroken(sentence: string): string {
  return sentence.replaceAll(' %', '\u00a0%');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function Requirements({ gate }: { gate: Gate }) {
  return (
    <details className={classes.requirements}>
      <summary>All {gate.lines.length} requirements of the levels</summary>
      <div className={classes.ladder}>
        {LEVELS.map(({ name, allows }, level) => {
          const lines = gate.lines.filter((line) => line.level === level);
          if (lines.length === 0) return null;
          return (
            <div key={name}>
              <h3>
                Level {level}, {name} <span className={classes.quiet}>{allows}</span>
              </h3>
              <ul>
                {lines.map((line) => (
                  <li key={line.name}>
                    <span className={classes.mark} data-holds={line.holds}>
                      <Icon name={line.holds ? 'check' : 'close'} size={14} />
                      <VisuallyHidden>{line.holds ? 'holds: ' : 'fails: '}</VisuallyHidden>
                    </span>
                    {line.words}
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </div>
    </details>
  );
}
