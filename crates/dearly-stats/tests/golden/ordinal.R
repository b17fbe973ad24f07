# Reference values of the ordinal regression on panel.json: Rscript ordinal.R > ordinal.json
suppressMessages({library(jsonlite); library(MASS); library(ordinal)})
d <- as.data.frame(fromJSON("panel.json")[-(1:2)])
d$level <- factor(d$level)
tight <- clm.control(gradTol = 1e-12, maxIter = 500, relTol = 1e-14)
m <- clm(level ~ adoption + deployment + tenure, data = d, control = tight)
p <- polr(level ~ adoption + deployment + tenure, data = d, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
full <- clm(level ~ 1, nominal = ~ adoption + deployment + tenure, data = d, control = tight)
single <- sapply(c("adoption", "deployment", "tenure"), function(name) {
  others <- setdiff(c("adoption", "deployment", "tenure"), name)
  a <- clm(reformulate(others, "level"), nominal = reformulate(name), data = d, control = tight)
  2 * as.numeric(logLik(a) - logLik(m))
})
v <- sqrt(diag(vcov(m)))
d2 <- d[rep(seq_len(nrow(d)), d$weight), ]
w <- clm(level ~ adoption + deployment + tenure, data = d2, control = tight)
cat(toJSON(list(program = paste(R.version.string, "ordinal", packageVersion("ordinal"), "MASS", packageVersion("MASS")),
  command = "Rscript ordinal.R > ordinal.json", date = format(Sys.Date()),
  clm = list(thresholds = unname(m$alpha), coefficients = unname(m$beta), standard_errors = unname(v),
    log_likelihood = as.numeric(logLik(m)), null_log_likelihood = as.numeric(logLik(clm(level ~ 1, data = d))),
    first_probabilities = as.numeric(predict(m, newdata = d[1, c("adoption", "deployment", "tenure")])$fit)),
  weighted = list(coefficients = unname(w$beta), log_likelihood = as.numeric(logLik(w))),
  polr = list(thresholds = unname(p$zeta), coefficients = unname(coef(p)), log_likelihood = as.numeric(logLik(p))),
  proportional_odds = list(all = 2 * as.numeric(logLik(full) - logLik(m)), degrees = 6, single = unname(single))), digits = I(17), auto_unbox = TRUE))
