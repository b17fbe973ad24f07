# Reference values of Firth's logit: Rscript firth.R FOLDER > firth.json, with sex2.csv and endometrial.csv in the folder.
# Coefficients and errors by brglm2; penalised profiles by a direct search on the penalised likelihood. The published
# values beside them are those printed by logistf, which stops at 1e-5.
suppressMessages({library(jsonlite); library(brglm2)})
folder <- commandArgs(TRUE)[1]
panel <- as.data.frame(fromJSON("panel.json")[-(1:2)])
# A rare outcome, separated by one column.
panel$rare <- as.integer(panel$renewed == 1 & panel$adoption > 0.9)
panel$flag <- as.integer(panel$adoption > 0.9 & panel$renewed == 1 & panel$tenure > 3)
data <- list(
  panel = list(panel, "rare", c("deployment", "tenure", "flag")),
  sex2 = list(read.csv(file.path(folder, "sex2.csv")), "case", c("age", "oc", "vic", "vicl", "vis", "dia")),
  endometrial = list(read.csv(file.path(folder, "endometrial.csv")), "HG", c("NV", "PI", "EH")))

penalized <- function(b, x, y) {
  eta <- drop(x %*% b); p <- plogis(eta); w <- p * (1 - p)
  h <- crossprod(x * w, x)
  hat <- w * rowSums((x %*% solve(h)) * x)
  list(value = sum(y * eta - log1p(exp(-abs(eta))) - pmax(eta, 0)) + 0.5 * as.numeric(determinant(h)$modulus),
    gradient = drop(crossprod(x, y - p + hat * (0.5 - p))), h = crossprod(x * (w * (1 + hat)), x))
}
climb <- function(b, free, x, y) {
  if (!any(free)) return(penalized(b, x, y)$value)
  at <- penalized(b, x, y)
  for (i in 1:2000) {
    step <- solve(at$h[free, free], at$gradient[free])
    step <- step * min(1, 2 / max(abs(step)))
    repeat {
      new <- b; new[free] <- b[free] + step
      to <- tryCatch(penalized(new, x, y), error = function(e) NULL)
      if (!is.null(to) && to$value >= at$value - 1e-12) break
      step <- step / 2
    }
    b <- new; at <- to
    if (max(abs(step)) < 1e-13) break
  }
  at$value
}
result <- lapply(data, function(one) {
  d <- one[[1]]; x <- model.matrix(reformulate(one[[3]]), d); y <- d[[one[[2]]]]
  m <- glm(reformulate(one[[3]], one[[2]]), binomial(), d, method = "brglmFit", type = "AS_mean", epsilon = 1e-12, maxit = 10000)
  b <- coef(m); se <- summary(m)$coefficients[, 2]
  top <- penalized(b, x, y)$value
  fall <- function(j) function(v) {
    start <- b; start[j] <- v
    2 * (top - climb(start, seq_along(b) != j, x, y)) - qchisq(0.95, 1)
  }
  bounds <- lapply(seq_along(b), function(j) {
    reach <- 2 * se[j]
    low <- b[j] - reach; while (fall(j)(low) < 0) low <- low - reach
    high <- b[j] + reach; while (fall(j)(high) < 0) high <- high + reach
    c(uniroot(fall(j), c(low, b[j]), tol = 1e-12)$root, uniroot(fall(j), c(b[j], high), tol = 1e-12)$root)
  })
  ratio <- sapply(seq_along(b), function(j) fall(j)(0) + qchisq(0.95, 1))
  null <- climb(c(qlogis(mean(y)), rep(0, length(b) - 1)), seq_along(b) == 1, x, y)
  slopes <- drop(x[, -1] %*% b[-1])
  flic <- coef(glm(y ~ 1, binomial(), offset = slopes, control = glm.control(epsilon = 1e-15)))
  list(names = c("intercept", one[[3]]), coefficients = unname(b), standard_errors = unname(se),
    penalized_log_likelihood = top, intervals = bounds, chi_squared = ratio, p_values = pchisq(ratio, 1, lower.tail = FALSE),
    likelihood_ratio = 2 * (top - null), flic_intercept = unname(flic), mean_probability = mean(plogis(flic + slopes)))
})
published <- list(
  sex2 = list(source = "logistf 1.24, logistf(case ~ age+oc+vic+vicl+vis+dia, data = sex2)",
    coefficients = c(0.12025405, -1.10598131, -0.06881673, 2.26887464, -2.11140817, -0.78831694, 3.09601166),
    intervals = list(c(-0.8185591, 1.07315122), c(-1.9737884, -0.30742514), c(-0.9414363, 0.78920202),
      c(1.2730216, 3.43543273), c(-3.2608611, -1.11773495), c(-1.6080879, 0.01518468), c(0.7745682, 8.03029352)),
    chi_squared = c(0.06286298, 7.50773092, 0.02467044, 22.93139022, 19.10407252, 3.69740975, 7.89693139),
    likelihood_ratio = 49.09064),
  endometrial = list(source = "logistf, logistf(HG ~ NV+PI+EH, data = endometrial); Heinze and Schemper (2002), table II",
    coefficients = c(3.77455951, 2.92927330, -0.03475175, -2.60416387),
    intervals = list(c(1.0825371, 7.20928050), c(0.6097244, 7.85463171), c(-0.1244587, 0.04045547), c(-4.3651832, -1.23272106))))
cat(toJSON(list(program = paste(R.version.string, "brglm2", packageVersion("brglm2")),
  command = "Rscript firth.R FOLDER > firth.json", date = format(Sys.Date()), data = result, published = published),
  digits = I(17), auto_unbox = TRUE))
