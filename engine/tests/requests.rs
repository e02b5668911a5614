//! What the page can rely on of its requests: each has one last event, a run says why it
//! ended, what is cancelled is over, and a saved run knows its model.

use pollster::block_on;
use std::path::Path;
use tilt_engine::lab::EngineLab;
use tilt_protocol::{
    Command, DevicePreference, Error, Event, Example, ExportMeta, Message, ModelIdentity,
    ModelSource, ObjectiveKind, PROTOCOL_VERSION, Principle, Replacement, Request, RequestId,
    RunEnd, RunId, Sampling, TrainSettings,
};

struct Page {
    lab: EngineLab,
    last_id: RequestId,
    told: Vec<Message>,
    buffers: Vec<Vec<u8>>,
}

fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models/nano");
    std::fs::read(folder.join(name)).expect("the shipped nano")
}

/// `nano`, with something after its tokenizer's config: white space changes nothing but the
/// identity.
fn nano(name: &str, more: &str) -> Command {
    let text = |name| String::from_utf8(file(name)).expect("text");
    Command::LoadModel {
        source: ModelSource::Files {
            name: name.to_owned(),
            config: text("config.json"),
            tokenizer: text("tokenizer.json"),
            tokenizer_config: Some(text("tokenizer_config.json") + more),
        },
    }
}

fn pairs() -> Vec<Example> {
    let pair = |prompt: &str, chosen: &str, rejected: &str| Example::Pair {
        prompt: tilt_protocol::Content::user(prompt),
        chosen: tilt_protocol::Content::assistant(chosen),
        rejected: tilt_protocol::Content::assistant(rejected),
        margin: None,
    };
    vec![
        pair("Hello!", "Hello. Many thanks.", "Listen up."),
        pair("What colour is a lemon?", "A lemon is yellow.", "Blue."),
    ]
}

fn train(run: RunId, learning_rate: f64, steps: usize, paused: bool) -> Command {
    Command::Train {
        run,
        settings: TrainSettings {
            steps,
            learning_rate,
            batch_size: 2,
            ..TrainSettings::lab_defaults(ObjectiveKind::Dpo)
        },
        examples: pairs(),
        paused,
        is_kept: true,
    }
}

impl Page {
    fn new() -> Page {
        Page {
            lab: EngineLab::default(),
            last_id: 0,
            told: Vec::new(),
            buffers: Vec::new(),
        }
    }

    fn ready() -> Page {
        let mut page = Page::new();
        page.ask(Command::Start {
            protocol_version: PROTOCOL_VERSION,
            device: DevicePreference::Cpu,
        });
        page.load("nano", "");
        page
    }

    fn load(&mut self, name: &str, more: &str) -> ModelIdentity {
        let id = self.send(nano(name, more), vec![file("model.safetensors")]);
        self.rest();
        let loaded = self.of(id).find_map(|event| match event {
            Event::ModelLoaded { identity, .. } => Some(identity.clone()),
            _ => None,
        });
        loaded.expect("a model")
    }

    /// Hands a command over, without letting the engine work.
    fn send(&mut self, command: Command, buffers: Vec<Vec<u8>>) -> RequestId {
        self.last_id += 1;
        let id = self.last_id;
        block_on(self.lab.handle(Request { id, command }, buffers));
        self.hear();
        id
    }

    fn advance(&mut self) {
        block_on(self.lab.advance());
        self.hear();
    }

    fn rest(&mut self) {
        while self.lab.has_work() {
            self.advance();
        }
    }

    fn ask(&mut self, command: Command) -> RequestId {
        let id = self.send(command, Vec::new());
        self.rest();
        id
    }

    fn hear(&mut self) {
        for outgoing in self.lab.take_outbox() {
            self.told.push(outgoing.message);
            if !outgoing.buffers.is_empty() {
                self.buffers = outgoing.buffers;
            }
        }
    }

    fn of(&self, id: RequestId) -> impl Iterator<Item = &Event> {
        let of_it = move |message: &&Message| message.id == Some(id);
        self.told.iter().filter(of_it).map(|message| &message.event)
    }

    fn last(&self, id: RequestId) -> &Event {
        self.of(id).last().expect("an answer")
    }

    fn place(&self, is_it: impl Fn(&Event) -> bool) -> usize {
        let place = self.told.iter().position(|message| is_it(&message.event));
        place.unwrap_or_else(|| panic!("{:?}", self.told))
    }

    /// Each request so far has had one last event, after which nothing came.
    fn all_are_answered(&self) {
        for id in 1..=self.last_id {
            let events: Vec<&Event> = self.of(id).collect();
            let last = events.iter().filter(|event| event.is_last()).count();
            assert_eq!(last, 1, "request {id}: {events:?}");
            assert!(events.last().is_some_and(|event| event.is_last()));
        }
    }
}

#[test]
fn every_request_has_one_last_event() {
    let mut page = Page::ready();
    let watch = |against| Command::Watch {
        example: pairs()[0].clone(),
        against,
    };
    page.ask(watch(None));
    page.ask(train(1, 1e-4, 12, true));
    page.ask(Command::Steps { count: 1 });
    page.ask(Command::Adjust {
        beta: None,
        learning_rate: Some(1e-5),
    });
    page.ask(Command::Adjust {
        beta: Some(-1.0),
        learning_rate: None,
    });
    page.ask(Command::SaveRun);
    let checkpoint = page.buffers.clone();
    page.send(Command::Resume, Vec::new());
    page.advance();
    page.send(Command::Pause, Vec::new());
    page.ask(Command::Candidates {
        prompt: "Hello!".to_owned(),
        answers: vec!["Hello.".to_owned()],
    });
    page.ask(Command::Compare {
        prompt: "Hello!".to_owned(),
        sampling: Sampling::default(),
    });
    page.ask(Command::Stop);
    page.ask(Command::Stop);
    page.ask(watch(Some(1)));
    page.ask(watch(Some(7)));
    page.ask(watch(None));
    page.ask(Command::Reset);
    page.ask(Command::Cancel { request: 1 });
    page.send(
        Command::RestoreRun {
            run: 1,
            examples: pairs(),
            paused: false,
            ended: false,
            steps: None,
        },
        checkpoint,
    );
    page.rest();
    page.ask(Command::Score {
        config: "{}".to_owned(),
        data: "nothing".to_owned(),
    });
    page.ask(Command::ExportModel {
        meta: Box::new(ExportMeta::default()),
    });
    page.ask(Command::ContinueInTrl {
        settings: TrainSettings::lab_defaults(ObjectiveKind::Dpo),
        examples: pairs(),
        meta: Box::new(ExportMeta::default()),
    });
    page.load("again", "");
    page.all_are_answered();
}

#[test]
fn a_run_that_is_replaced_ends_first_and_keeps_what_it_came_to() {
    let mut page = Page::ready();
    let first = page.send(train(1, 1e-4, 9, false), Vec::new());
    page.advance();
    page.advance();
    let second = page.send(train(2, 1e-4, 9, true), Vec::new());
    let saved = page.place(|event| matches!(event, Event::Checkpoint { run: 1, step: 2 }));
    let ended = page.place(|event| matches!(event, Event::RunEnded { run: 1, .. }));
    let began = page.place(|event| matches!(event, Event::RunStarted { run: 2, .. }));
    assert!(saved < ended && ended < began);
    let by = Replacement::Train;
    assert!(matches!(
        page.last(first),
        Event::RunEnded { step: 2, end: RunEnd::Replaced { by: found }, .. } if *found == by
    ));
    // One that cannot begin replaces nothing.
    let refused = page.send(train(3, f64::NAN, 9, true), Vec::new());
    assert!(matches!(page.last(refused), Event::Failed { .. }));
    page.ask(Command::Steps { count: 1 });
    page.load("other", " ");
    assert!(matches!(
        page.last(second),
        Event::RunEnded {
            step: 1,
            end: RunEnd::Replaced {
                by: Replacement::Model
            },
            ..
        }
    ));
    page.all_are_answered();
}

#[test]
fn a_run_that_diverges_says_so_and_its_checkpoint_is_finite() {
    let mut page = Page::ready();
    let id = page.ask(train(1, 1e9, 9, false));
    let Event::RunEnded {
        end: RunEnd::Failed { error },
        step,
        ..
    } = page.last(id)
    else {
        panic!("{:?}", page.last(id));
    };
    let Error::Diverged { step: at, .. } = error else {
        panic!("{error}");
    };
    let left = *step;
    assert_eq!(left + 1, *at, "nothing of the step that diverged is left");
    page.place(|event| matches!(event, Event::Checkpoint { run: 1, step } if *step == left));
    let back = page.buffers.clone();
    let restore = Command::RestoreRun {
        run: 1,
        examples: pairs(),
        paused: false,
        ended: true,
        steps: None,
    };
    let id = page.send(restore, back);
    page.rest();
    assert!(matches!(page.last(id), Event::RunEnded { .. }));
    page.all_are_answered();
}

#[test]
fn what_takes_long_can_be_cancelled_between_two_pieces() {
    let mut page = Page::ready();
    let score = r#"{"prompt":"a","chosen":"b","rejected":"c"}"#;
    let commands = [
        Command::Score {
            config: "{}".to_owned(),
            data: score.to_owned(),
        },
        Command::Compare {
            prompt: "Hello!".to_owned(),
            sampling: Sampling::default(),
        },
        Command::Candidates {
            prompt: "Hello!".to_owned(),
            answers: vec!["Hello.".to_owned(); 20],
        },
        Command::ExportModel {
            meta: Box::new(ExportMeta::default()),
        },
        Command::ContinueInTrl {
            settings: TrainSettings::lab_defaults(ObjectiveKind::Dpo),
            examples: pairs(),
            meta: Box::new(ExportMeta::default()),
        },
        Command::WinRate {
            principle: Principle::Polite,
            seed: 0,
        },
    ];
    for command in commands {
        let name = format!("{command:?}");
        let request = page.send(command, Vec::new());
        page.advance();
        let cancel = page.ask(Command::Cancel { request });
        let cancelled = Event::Failed {
            error: Error::Cancelled,
        };
        assert_eq!(*page.last(request), cancelled, "{name}");
        assert_eq!(*page.last(cancel), Event::Done);
        assert!(!page.lab.has_work());
    }
    page.all_are_answered();
}

#[test]
fn a_pause_lands_while_the_kl_is_measured_and_the_kl_says_its_error() {
    let mut page = Page::ready();
    let id = page.send(train(1, 1e-4, 12, false), Vec::new());
    let steps = |page: &Page| {
        page.of(id)
            .filter(|e| matches!(e, Event::Step { .. }))
            .count()
    };
    while steps(&page) < 10 {
        page.advance();
    }
    let mut pieces = 0;
    while !page.of(id).any(|event| matches!(event, Event::Kl { .. })) {
        if pieces == 1 {
            page.send(Command::Pause, Vec::new());
        }
        page.advance();
        pieces += 1;
    }
    assert!(pieces > 4, "{pieces} pieces");
    assert_eq!(steps(&page), 10, "it was paused");
    let is_sized = page.of(id).any(|event| {
        matches!(event, Event::Kl { n: 16, standard_error: Some(error), .. } if *error >= 0.0)
    });
    assert!(is_sized);
    page.ask(Command::Stop);
    let stopped = page.last(id);
    assert!(matches!(
        stopped,
        Event::RunEnded {
            step: 10,
            end: RunEnd::Stopped,
            ..
        }
    ));
    page.all_are_answered();
}

#[test]
fn a_run_comes_back_on_its_own_model_alone() {
    let mut page = Page::ready();
    let own = page.load("imported", "");
    page.ask(train(1, 1e-4, 4, true));
    page.ask(Command::Steps { count: 2 });
    // Stopped before anybody asked for a checkpoint.
    page.ask(Command::Stop);
    let saved = page.buffers.clone();
    let other = page.load("imported", " ");
    assert_ne!(own, other);
    let restore = || Command::RestoreRun {
        run: 1,
        examples: pairs(),
        paused: true,
        ended: false,
        steps: None,
    };
    let id = page.send(restore(), saved.clone());
    let error = Error::OtherModel {
        expected: own.clone(),
        found: other,
    };
    assert_eq!(*page.last(id), Event::Failed { error });
    assert_eq!(page.load("whatever it is called", ""), own);
    let id = page.send(restore(), saved);
    let is_back = |event: &Event| matches!(event, Event::RunStarted { step: 2, .. });
    assert!(page.of(id).any(is_back));
}
