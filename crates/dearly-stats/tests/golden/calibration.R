# Calibration curve by a restricted cubic spline of the predicted logit. Called by calibration.py.
suppressMessages(library(Hmisc))
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.csv(arguments[1])
lp <- qlogis(d$p)
out <- c()
for (q in list(c(.1, .5, .9), c(.05, .275, .5, .725, .95))) {
  knots <- quantile(lp, q)
  basis <- rcspline.eval(lp, knots = knots, inclx = TRUE)
  fit <- glm(d$y ~ basis, family = binomial, control = list(epsilon = 1e-14, maxit = 100))
  e <- abs(fitted(fit) - d$p)
  out <- c(out, mean(e), quantile(e, .5), quantile(e, .9), max(e))
}
writeLines(format(out, digits = 17), arguments[2])
cat(paste("Hmisc", packageVersion("Hmisc"), R.version.string))
