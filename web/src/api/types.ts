/**
 * The names that the pages use for the shapes of the API. `schema.ts` is generated from `openapi.json`: `npm run schema`.
 *
 * Days are ISO dates, instants RFC 3339, amounts cents of the reporting currency, coverages fractions, scores 0 to 100.
 */

import type { components, operations, paths } from './schema';

export type { paths };

/** What a call gives back: the client knows pairs, as knots are, only as lists. */
type Answered<Value> = Value extends (infer Item)[]
  ? Answered<Item>[]
  : Value extends object
    ? { [Name in keyof Value]: Answered<Value[Name]> }
    : Value;
type Schemas = Answered<components['schemas']>;

export type Day = Schemas['Day'];
export type Instant = Schemas['Instant'];
export type Colour = Schemas['Colour'];
export type AccountStatus = Schemas['AccountStatus'];

export type BookSummary = Schemas['BookSummary'];

export type AccountList = Schemas['AccountList'];
export type AccountRow = Schemas['AccountRow'];
export type Facets = Schemas['Facets'];
export type ScoreCell = Schemas['ScoreCell'];
export type Totals = Schemas['Totals'];

export type AccountView = Schemas['AccountView'];
export type SubscriptionRow = Schemas['SubscriptionRow'];
export type PersonRow = Schemas['PersonRow'];
export type UsageView = Schemas['UsageView'];
export type FeatureUsage = Schemas['FeatureUsage'];
export type UserUsage = Schemas['UserUsage'];
export type TicketRow = Schemas['TicketRow'];
export type InvoiceRow = Schemas['InvoiceRow'];
export type PlanRow = Schemas['PlanRow'];
export type ObjectiveRow = Schemas['ObjectiveRow'];
export type InitiativeRow = Schemas['InitiativeRow'];
export type Timeline = Schemas['Timeline'];
export type TimelineEntry = Schemas['TimelineEntry'];

export type History = Schemas['History'];
export type HistoryPoint = Schemas['HistoryPoint'];
export type ScoreBands = Schemas['ScoreBands'];

export type Explanation = Schemas['Explanation'];
export type ScoreExplanation = Schemas['ScoreExplanation'];
export type ComponentExplanation = Schemas['ComponentExplanation'];
export type MeasureExplanation = Schemas['MeasureExplanation'];
export type CapExplanation = Schemas['CapExplanation'];
export type FactRow = Schemas['FactRow'];
export type Movement = Schemas['Movement'];
export type MovementLine = Schemas['MovementLine'];

export type SourceList = Schemas['SourceList'];
export type SourceRow = Schemas['SourceRow'];
export type CoverageList = Schemas['CoverageList'];
export type CoverageRow = Schemas['CoverageRow'];
export type ImportRow = Schemas['ImportRow'];

export type Telemetry = Schemas['Telemetry'];
export type TelemetrySource = Schemas['TelemetrySource'];
export type TelemetryDay = Schemas['TelemetryDay'];
export type TelemetryCounts = Schemas['TelemetryCounts'];
export type RejectedCallRow = Schemas['RejectedCallRow'];

export type DriversRun = Schemas['DriversRun'];
export type DriversReport = Schemas['DriversReport'];
export type DriverTerm = Schemas['DriverTerm'];
export type DriversModel = Schemas['Model'];
export type RollingValidation = Schemas['RollingValidation'];
export type CalibrationBin = Schemas['Bin'];
export type Fold = Schemas['Fold'];
export type Gate = Schemas['Gate'];
export type ColourRow = Schemas['ColourRow'];
export type PanelCounts = Schemas['PanelCounts'];
export type Check = Schemas['Check'];
export type Lead = Schemas['Lead'];
export type Range = Schemas['Range'];
export type Rate = Schemas['Rate'];
export type RenewalRow = Schemas['RenewalRow'];
export type AnalysisRun = Schemas['AnalysisRun'];

/** RFC 9457 problem details. Something between the page and the server may answer with less of them. */
export type ProblemDetails = Partial<Schemas['ProblemDetails']>;

/** What a list of accounts may be asked for. */
export type AccountsQuery = NonNullable<operations['list_accounts']['parameters']['query']>;
export type Sort = NonNullable<AccountsQuery['sort']>;
export type Status = NonNullable<AccountsQuery['status']>;
/** What every reading of health takes: the day, and by when the facts had to be recorded. */
export type AsOfQuery = Pick<AccountsQuery, 'as_of' | 'known_by'>;
/** Which renewals an analysis of drivers is of, and by which rules they are scored. */
export type DriversQuery = NonNullable<operations['get_drivers']['parameters']['query']>;
