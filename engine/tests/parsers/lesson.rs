//! Lessons as files.

use tilt_protocol::lesson::{Facts, Lesson, Standing, acts_done, check};

pub fn lesson_seeds() -> Vec<Vec<u8>> {
    let shipped = [
        include_bytes!("../../../public/lessons/first-steps.json").to_vec(),
        include_bytes!("../../../public/lessons/beta-and-kl.json").to_vec(),
    ];
    let full = files!("lesson/full.json");
    full.into_iter().chain(shipped).collect()
}

/// A lesson that is taken means the same when it is written and read again; its runs have
/// settings, from any seed, and its checks say something of a lab where nothing happened.
pub fn read_lesson(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let lesson = match Lesson::from_json(text) {
        Ok(lesson) => lesson,
        Err(defects) => {
            assert!(!defects.is_empty());
            let is_told = |text: &String| !text.trim().is_empty();
            for defect in &defects {
                let parts = [&defect.path, &defect.found, &defect.expected];
                assert!(parts.into_iter().all(is_told), "{defect:?}");
            }
            return;
        }
    };
    let written = lesson.to_json();
    let again = Lesson::from_json(&written);
    let again = again.unwrap_or_else(|defects| panic!("{defects:?}: {written}"));
    assert_eq!(again, lesson, "{written}");
    assert_eq!(again.to_json(), written);
    let seeded = lesson.with_seed(7).expect("sound settings");
    let settings = seeded.setup.train_settings().expect("sound settings");
    assert_eq!(settings.seed, 7);
    settings.check().expect("settings in their ranges");
    let nothing = Facts::default();
    for step in &seeded.steps {
        assert_eq!(acts_done(&step.acts, &seeded.setup, &nothing, &nothing), 0);
        let Some(claim) = &step.check else {
            continue;
        };
        let verdict = check(claim, &nothing);
        assert_eq!(verdict.verdict, Standing::NotYet, "{claim:?}");
        assert!(!verdict.seen.is_empty() && !verdict.expected.is_empty());
    }
}
