# Kaplan-Meier, Cox with Efron's ties, its errors by cluster, residuals and test of proportional hazards.
# Rscript survival.R > survival.json (needs survival, jsonlite)
suppressMessages(library(survival))
# The default stops too early for eight digits.
tight <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
cox <- function(formula) eval(substitute(coxph(f, control = tight), list(f = formula)), globalenv())
cox_by <- function(formula, accounts) {
  eval(substitute(coxph(f, cluster = a, control = tight), list(f = formula, a = substitute(accounts))), globalenv())
}
set.seed(20261122)
n <- 240
account <- rep(1:80, each = 3)
adoption <- round(rnorm(n), 3)
roi <- round(0.4 * adoption + rnorm(n), 3)
plan <- rbinom(n, 1, 0.4)
segment <- rep(c("a", "b", "c"), length.out = n)[sample(n)]
entry <- round(runif(n, 0, 6))
# Rounded times make many ties.
time <- entry + ceiling(rexp(n, 0.06 * exp(-0.5 * adoption + 0.3 * plan)))
event <- rbinom(n, 1, 0.75)
weight <- sample(c(0, 1, 1, 1, 2, 3), n, replace = TRUE)
fine <- round(runif(n, 0, 1) + time, 6)

describe <- function(fit) {
  test <- function(scale) {
    z <- cox.zph(fit, transform = scale)$table
    list(chisq = unname(z[, 1]), p = unname(z[, 3]))
  }
  naive <- if (is.null(fit$naive.var)) fit$var else fit$naive.var
  list(
    coefficients = unname(coef(fit)), model = sqrt(diag(naive)),
    cluster = if (is.null(fit$naive.var)) NULL else sqrt(diag(fit$var)),
    log_likelihood = fit$loglik, concordance = unname(fit$concordance["concordance"]),
    score_residuals = unname(as.matrix(residuals(fit, "score", weighted = FALSE))),
    martingale = unname(residuals(fit, "martingale", weighted = FALSE)),
    zph = list(km = test("km"), rank = test("rank"), identity = test("identity"), log = test("log")),
    scaled_schoenfeld = unname(cox.zph(fit)$y), scaled_schoenfeld_time = unname(cox.zph(fit)$time),
    n_events = fit$nevent
  )
}
# CV3 by its definition: what each cluster adds to the information, summed over risk sets one by one.
cv3 <- function(fit, x, from, to, event, account, stratum = rep(1, length(to))) {
  naive <- if (is.null(fit$naive.var)) fit$var else fit$naive.var
  theta <- exp(drop(x %*% coef(fit)))
  p <- ncol(x)
  H <- lapply(unique(account), function(a) matrix(0, p, p))
  names(H) <- unique(account)
  for (s in unique(stratum)) for (t in unique(to[event == 1 & stratum == s])) {
    at_risk <- which(stratum == s & from < t & to >= t)
    dies <- event[at_risk] == 1 & to[at_risk] == t
    for (k in seq_len(sum(dies)) - 1) {
      risk <- theta[at_risk] * (1 - dies * k / sum(dies))
      centred <- sweep(x[at_risk, , drop = FALSE], 2, colSums(risk * x[at_risk, , drop = FALSE]) / sum(risk))
      for (i in seq_along(at_risk)) {
        a <- as.character(account[at_risk[i]])
        H[[a]] <- H[[a]] + risk[i] / sum(risk) * outer(centred[i, ], centred[i, ])
      }
    }
  }
  whole <- Reduce(`+`, H)
  stopifnot(isTRUE(all.equal(unname(solve(whole)), unname(naive), tolerance = 1e-8)))
  scores <- rowsum(as.matrix(residuals(fit, "score", weighted = FALSE)), account)
  moved <- sapply(names(H), function(a) solve(whole - H[[a]], scores[a, ]))
  G <- length(H)
  list(standard_errors = unname(sqrt(rowSums(moved^2) * (G - 1) / G)), clusters = G)
}
curve <- function(formula) {
  s <- summary(survfit(formula, conf.type = "log-log"))
  list(time = s$time, n_at_risk = s$n.risk, n_events = s$n.event, survival = s$surv, standard_error = s$std.err,
       low = s$lower, high = s$upper)
}
options(warn = 1)
copies <- rep(seq_len(n), weight)
base <- survfit(cox(Surv(time, event) ~ adoption + roi + plan), newdata = data.frame(adoption = 0.5, roi = -1, plan = 1))
out <- list(
  program = paste("R survival", packageVersion("survival"), R.version.string),
  command = "Rscript survival.R", date = "2026-11-22",
  data = list(account = account, adoption = adoption, roi = roi, plan = plan, segment = segment, entry = entry,
              time = time, fine = fine, event = event, weight = weight),
  kaplan_meier = curve(Surv(time, event) ~ 1),
  kaplan_meier_truncated = curve(Surv(entry, time, event) ~ 1),
  cumulative_hazard = list(time = base$time[base$n.event > 0], hazard = base$cumhaz[base$n.event > 0]),
  cox = list(
    plain = describe(cox(Surv(fine, event) ~ adoption + roi + plan)),
    tied = describe(cox(Surv(time, event) ~ adoption + roi + plan)),
    clustered = describe(cox_by(Surv(time, event) ~ adoption + roi + plan, account)),
    truncated = describe(cox_by(Surv(entry, time, event) ~ adoption + roi + plan, account)),
    stratified = describe(cox_by(Surv(entry, time, event) ~ adoption + roi + plan + strata(segment), account)),
    # Frequency weights are rows repeated; R's case weights are another thing where times are tied.
    repeated = describe(cox_by(Surv(entry[copies], time[copies], event[copies]) ~ adoption[copies] + roi[copies] +
                              plan[copies] + strata(segment[copies]), account[copies]))
  )
)
x <- cbind(adoption, roi, plan)
start <- rep(-Inf, n)
manager <- (account - 1) %% 9
out$cv3 <- list(
  clustered = cv3(cox(Surv(time, event) ~ adoption + roi + plan), x, start, time, event, account),
  few = cv3(cox(Surv(time, event) ~ adoption + roi + plan), x, start, time, event, manager),
  stratified = cv3(cox(Surv(entry, time, event) ~ adoption + roi + plan + strata(segment)), x, entry, time, event,
                   account, segment),
  repeated = cv3(cox(Surv(entry[copies], time[copies], event[copies]) ~ adoption[copies] + roi[copies] + plan[copies] +
                       strata(segment[copies])),
                 x[copies, ], entry[copies], time[copies], event[copies], account[copies], segment[copies])
)
for (name in names(out$cox)) if (name != "stratified") {
  out$cox[[name]]$score_residuals <- NULL
  if (name != "truncated") out$cox[[name]]$martingale <- NULL
  if (name != "tied" && name != "plain") out$cox[[name]]$scaled_schoenfeld <- out$cox[[name]]$scaled_schoenfeld_time <- NULL
}
cat(jsonlite::toJSON(out, digits = NA, auto_unbox = TRUE, matrix = "rowmajor", na = "null"))
