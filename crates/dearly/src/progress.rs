//! Progress on stderr, where somebody looks at it.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex};

use dearly_app::import::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use crate::arguments::Arguments;

/// Whether progress is shown.
fn wanted(arguments: &Arguments) -> bool {
    !arguments.quiet && std::io::stderr().is_terminal()
}

/// A bar that counts things.
pub(crate) fn counter(arguments: &Arguments, what: &'static str) -> ProgressBar {
    if !wanted(arguments) {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{msg:22} {bar:40} {pos}/{len} {eta}").expect("the template is right");
    ProgressBar::new(0).with_style(style).with_message(what)
}

/// Bars for the files of an import.
pub(crate) fn files(arguments: &Arguments) -> Arc<dyn Fn(Progress) + Send + Sync> {
    let is_wanted = wanted(arguments);
    let current: Mutex<Option<(&'static str, ProgressBar)>> = Mutex::new(None);
    Arc::new(move |progress: Progress| {
        if !is_wanted {
            return;
        }
        let mut current = current.lock().expect("no panic while held");
        if current.as_ref().is_none_or(|(file, _)| *file != progress.file) {
            if let Some((_, bar)) = current.take() {
                bar.finish_and_clear();
            }
            let style = ProgressStyle::with_template("{msg:22} {bar:40} {percent:>3} % {eta}")
                .expect("the template is right");
            let bar = ProgressBar::new(progress.total).with_style(style).with_message(progress.file);
            *current = Some((progress.file, bar));
        }
        if let Some((_, bar)) = current.as_ref() {
            bar.set_position(progress.read);
            if progress.read >= progress.total {
                bar.finish_and_clear();
            }
        }
    })
}
