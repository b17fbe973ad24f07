# Discrete-time hazards: rows expanded here by survSplit, fitted by glm with dummies for periods; the linearised
# jackknife over accounts written out. Rscript hazard.R > hazard.json (needs survival, jsonlite)
suppressMessages(library(survival))
set.seed(20261122)
n <- 220
account <- rep(1:110, each = 2)
adoption <- round(rnorm(n), 3)
plan <- rbinom(n, 1, 0.4)
entry <- rbinom(n, 2, 0.3)
duration <- pmin(entry + rgeom(n, plogis(-1.2 - 0.6 * adoption + 0.4 * plan)) + 1, 7)
event <- ifelse(duration == 7, 0, rbinom(n, 1, 0.8))
rows <- survSplit(Surv(entry, duration, event) ~ ., data.frame(account, adoption, plan, entry, duration, event),
                  cut = 1:7, start = "from", end = "to", event = "left")
rows$period <- factor(pmin(rows$to, 5))
describe <- function(link) {
  fit <- glm(left ~ 0 + period + adoption + plan, binomial(link), rows, control = glm.control(1e-14, 100))
  # The linearised jackknife, written out: H over all rows, H_g and s_g over those of an account.
  # The deviance settles before the coefficients do: some more scoring steps.
  x <- model.matrix(fit); b <- coef(fit); f <- binomial(link)
  for (step in 1:30) {
    eta <- drop(x %*% b); mu <- f$linkinv(eta)
    w <- f$mu.eta(eta)^2 / f$variance(mu); u <- (rows$left - mu) * f$mu.eta(eta) / f$variance(mu)
    b <- b + solve(crossprod(x, w * x), crossprod(x, u))[, 1]
  }
  H <- crossprod(x, w * x); G <- unique(rows$account)
  d <- sapply(G, function(g) { k <- rows$account == g; xk <- x[k, , drop = FALSE]
    solve(H - crossprod(xk, w[k] * xk), crossprod(xk, u[k])) })
  list(coefficients = unname(b), model = unname(sqrt(diag(solve(H)))),
       cv3 = sqrt(diag((length(G) - 1) / length(G) * d %*% t(d))), log_likelihood = as.numeric(logLik(fit)))
}
cat(jsonlite::toJSON(list(
  program = paste("R survival", packageVersion("survival"), R.version.string), command = "Rscript hazard.R",
  date = "2026-11-22",
  data = list(account = account, adoption = adoption, plan = plan, entry = entry, duration = duration, event = event),
  n_rows = nrow(rows), cloglog = describe("cloglog"), logit = describe("logit")), digits = NA, auto_unbox = TRUE))
