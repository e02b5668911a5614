//! Reports on labels, and what filters leave of them.

use super::reporting::Reporting;
use super::state::EngineLab;
use tilt_protocol::report::Filter;
use tilt_protocol::{Deferred, Error, Event, RequestId, Result};

impl EngineLab {
    /// One chunk of a report; true when it has been given.
    pub(super) async fn advance_report(
        &mut self,
        id: RequestId,
        reporting: &mut Reporting,
    ) -> Result<bool> {
        if !reporting.is_measured() {
            let loaded = self.loaded()?;
            reporting.advance(&loaded.model, &loaded.reference).await?;
            let (done, of) = reporting.progress();
            self.emit(id, Event::Reporting { done, of });
            return Ok(false);
        }
        let report = Deferred::of(&reporting.report())?;
        self.reported = Some(reporting.take_reported(id));
        self.emit(id, Event::Reported { report });
        Ok(true)
    }

    pub(super) fn filter(
        &mut self,
        id: RequestId,
        report: RequestId,
        filters: &[Filter],
        seed: u64,
    ) -> Result<()> {
        let reported = self.reported.as_ref().filter(|kept| kept.id == report);
        let Some(reported) = reported else {
            return Err(Error::NothingToUse {
                what: "report on these labels".to_owned(),
                purpose: "filter by".to_owned(),
                advice: "ask for one first".to_owned(),
            });
        };
        let kept = reported.kept(filters, seed);
        self.emit(id, Event::Filtered { kept });
        Ok(())
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
