# The R peers of bench-stats: reads the rows a bench wrote, prints "task peer seconds" (CPU, median).
folder <- commandArgs(TRUE)[1]
r <- paste0("R-", getRversion())
report <- function(task, peer, work, runs = 5, scale = 1) {
  seconds <- replicate(runs, { t <- system.time(work()); t[["user.self"]] + t[["sys.self"]] })
  cat(task, peer, format(median(seconds) * scale, digits = 5), "\n")
}
rows <- function(name) {
  path <- file.path(folder, paste0(name, ".csv"))
  if (file.exists(path)) read.csv(path) else NULL
}

if (!is.null(d <- rows("logit_100k_12"))) {
  x <- as.matrix(cbind(1, d[, -(1:2)])); y <- d$outcome
  report("logit_100k_12", paste0(r, "-glm.fit"), function() glm.fit(x, y, family = binomial()))
  if (requireNamespace("sandwich", quietly = TRUE)) {
    report("logit_100k_12_cr1s", paste0(r, "-glm+vcovCL"), function() {
      m <- glm(outcome ~ . - cluster, binomial(), d)
      sandwich::vcovCL(m, cluster = d$cluster, type = "HC1")
    }, runs = 3)
  }
}
if (!is.null(d <- rows("logit_2k_8"))) {
  x <- as.matrix(cbind(1, d[, -(1:2)])); y <- d$outcome
  report("logit_2k_8", paste0(r, "-glm.fit"), function() for (i in 1:20) glm.fit(x, y, family = binomial()), scale = 1 / 20)
}
if (!is.null(d <- rows("auc_100k")) && requireNamespace("pROC", quietly = TRUE)) {
  peer <- paste0(r, "-pROC-", packageVersion("pROC"))
  curve <- function(score) pROC::roc(d$outcome, score, levels = c(0, 1), direction = "<", quiet = TRUE)
  report("auc_delong_100k", peer, function() pROC::var(curve(d$first), method = "delong"), runs = 3)
  report("auc_delong_paired_100k", peer, function() pROC::roc.test(curve(d$first), curve(d$second), method = "delong"), runs = 3)
}
if (!is.null(d <- rows("cox_100k_12"))) {
  library(survival)
  peer <- paste0(r, "-coxph-", packageVersion("survival"))
  x <- as.matrix(d[, grep("^x", names(d))])
  report("cox_100k_12", peer, function() coxph(Surv(duration, event) ~ x, d), runs = 3)
  report("cox_100k_12_clusters", peer, function() coxph(Surv(duration, event) ~ x, d, cluster = account), runs = 1)
  report("cox_100k_12_untied", peer, function() coxph(Surv(untied, event) ~ x, d), runs = 3)
  report("cox_100k_12_truncated", peer, function() coxph(Surv(entry, duration, event) ~ x, d), runs = 3)
  m <- coxph(Surv(duration, event) ~ x, d)
  report("cox_100k_12_proportional_hazards", peer, function() cox.zph(m), runs = 3)
  report("cox_100k_12_concordance", peer, function() concordance(m), runs = 3)
}
