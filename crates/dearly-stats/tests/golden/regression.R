# Reference values of regressions on panel.json from R: Rscript regression.R > regression_r.json
suppressMessages({library(jsonlite); library(sandwich)})
d <- as.data.frame(fromJSON("panel.json")[-(1:2)])
control <- glm.control(epsilon = 1e-15, maxit = 200)
families <- list(
  logit = list(binomial(), "renewed"), complementary_log_log = list(binomial("cloglog"), "renewed"),
  gaussian = list(gaussian(), "score"), fractional_logit = list(quasibinomial(), "share"),
  gamma_log = list(Gamma("log"), "gain"), poisson = list(poisson(), "tickets"))
right <- "adoption + deployment + tenure"

# R's working weights are those before the last step: fitted again from its own end they have all digits.
fit_to_the_end <- function(formula, family, data) suppressWarnings({
  m <- glm(formula, family = family, data = data, control = control)
  for (again in 1:30) m <- glm(formula, family = family, data = data, control = control, start = coef(m))
  m
})
values <- function(m) {
  s <- summary(m)
  list(coefficients = unname(coef(m)), standard_errors = unname(s$coefficients[, 2]),
    log_likelihood = as.numeric(logLik(m)), deviance = m$deviance, null_deviance = m$null.deviance,
    dispersion = s$dispersion)
}
fits <- lapply(families, function(family) {
  fit <- function(formula, data = d) fit_to_the_end(as.formula(paste(family[[2]], "~", formula)), family[[1]], data)
  plain <- fit(right)
  moved <- fit(paste(right, "+ offset(offset)"))
  # A weight that counts rows is that many rows: R's `weights` would give other degrees of freedom.
  d2 <- d[rep(seq_len(nrow(d)), d$weight), ]
  weighted <- fit(right, d2)
  by <- function(...) unname(sqrt(diag(vcovCL(plain, ...))))
  smaller <- fit("adoption + tenure")
  list(plain = values(plain), offset = values(moved), weighted = values(weighted),
    cr0 = by(cluster = d$account, type = "HC0", cadjust = FALSE), cr1 = by(cluster = d$account, type = "HC0", cadjust = TRUE),
    # R's HC1 is (n - 1)/(n - p) on top of G/(G - 1).
    cr1s = by(cluster = d$account, type = "HC1", cadjust = TRUE),
    cr1_weighted = unname(sqrt(diag(vcovCL(weighted, cluster = d2$account, type = "HC0", cadjust = TRUE)))),
    two_way = by(cluster = d[c("account", "manager")], type = "HC0", cadjust = TRUE, fix = TRUE),
    smaller = values(smaller))
})
# Profile intervals: R's own interpolate on a grid, hence a direct search on profiles fitted to the last digit.
profile <- function(family, outcome, column) {
  x <- model.matrix(as.formula(paste("~", right)), d)
  y <- d[[outcome]]
  full <- glm.fit(x, y, family = family, control = control)
  level <- qchisq(0.95, 1)
  se <- sqrt(diag(summary.glm(full)$cov.scaled))[column]
  fall <- function(b) suppressWarnings(glm.fit(x[, -column], y, family = family, offset = b * x[, column],
    control = control))$deviance - full$deviance - level
  top <- coef(full)[column]
  c(uniroot(fall, c(top - 6 * se, top), tol = 1e-13)$root, uniroot(fall, c(top, top + 6 * se), tol = 1e-13)$root)
}
lrt <- anova(glm(renewed ~ adoption + tenure, binomial(), d, control = control),
  glm(as.formula(paste("renewed ~", right)), binomial(), d, control = control), test = "LRT")
wald <- function() {
  m <- fit_to_the_end(as.formula(paste("renewed ~", right)), binomial(), d)
  v <- vcovCL(m, cluster = d$account, type = "HC0", cadjust = TRUE)[2:3, 2:3]
  b <- coef(m)[2:3]
  f <- drop(b %*% solve(v, b)) / 2
  g <- length(unique(d$account))
  list(statistic = f, p_value = pf(f, 2, g - 1, lower.tail = FALSE))
}
cat(toJSON(list(
  program = paste(R.version.string, "sandwich", packageVersion("sandwich")),
  command = "Rscript regression.R > regression_r.json", date = format(Sys.Date()),
  families = fits,
  profile = list(logit = lapply(1:4, function(j) profile(binomial(), "renewed", j)),
    complementary_log_log = lapply(1:4, function(j) profile(binomial("cloglog"), "renewed", j)),
    poisson = lapply(1:4, function(j) profile(poisson(), "tickets", j))),
  likelihood_ratio = list(statistic = lrt$Deviance[2], p_value = lrt$`Pr(>Chi)`[2]), wald_cr1 = wald()),
  digits = I(17), auto_unbox = TRUE))
