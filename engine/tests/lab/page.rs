//! A page that asks, and what it reads of the answers.

use pollster::block_on;
use std::path::Path;
use tilt_engine::lab::EngineLab;
use tilt_protocol::{
    Command, DevicePreference, EngineStatus, Error, Event, Example, JudgeSettings, Label, Labeller,
    ModelSource, ObjectiveKind, PROTOCOL_VERSION, Principle, Request, Sampling, TrainSettings,
};

/// A page with its engine.
pub struct Page {
    pub lab: EngineLab,
    pub next_id: u64,
}

impl Page {
    /// A page whose engine has loaded `nano`.
    pub fn ready() -> Page {
        let mut page = Page {
            lab: EngineLab::default(),
            next_id: 0,
        };
        let device = DevicePreference::Cpu;
        page.ask(Command::Start {
            protocol_version: PROTOCOL_VERSION,
            device,
        });
        let events = page.ask_with(nano(), vec![file("model.safetensors")]);
        assert!(
            events
                .iter()
                .any(|event| matches!(event, Event::ModelLoaded { .. })),
            "{events:?}"
        );
        assert_eq!(last_status(&events), Some(EngineStatus::Ready));
        page
    }

    pub fn ask(&mut self, command: Command) -> Vec<Event> {
        self.ask_with(command, Vec::new())
    }

    /// Sends a command and lets the engine work until it rests.
    pub fn ask_with(&mut self, command: Command, buffers: Vec<Vec<u8>>) -> Vec<Event> {
        self.next_id += 1;
        block_on(self.lab.handle(
            Request {
                id: self.next_id,
                command,
            },
            buffers,
        ));
        while self.lab.has_work() {
            block_on(self.lab.advance());
        }
        self.lab
            .take_outbox()
            .into_iter()
            .map(|outgoing| outgoing.message.event)
            .collect()
    }

    /// As [`Page::ask`]: what was saved of a run after this step.
    pub fn ask_for_checkpoint(&mut self, command: Command, after: usize) -> Vec<Vec<u8>> {
        self.next_id += 1;
        let id = self.next_id;
        block_on(self.lab.handle(Request { id, command }, Vec::new()));
        let mut saved = None;
        loop {
            for outgoing in self.lab.take_outbox() {
                let event = &outgoing.message.event;
                if matches!(event, Event::Checkpoint { step, .. } if *step == after) {
                    saved = Some(outgoing.buffers);
                }
            }
            if !self.lab.has_work() {
                return saved.expect("a checkpoint");
            }
            block_on(self.lab.advance());
        }
    }

    pub fn autolabel(&mut self, count: usize) -> Vec<Label> {
        let (principle, noise) = (Principle::Polite, 0.0);
        let sampling = Sampling {
            seed: 4,
            ..Sampling::default()
        };
        let events = self.ask(Command::Autolabel {
            judge: JudgeSettings::of(principle, noise),
            count,
            sampling,
        });
        events
            .into_iter()
            .flat_map(|event| match event {
                Event::Autolabelled {
                    pairs, verdicts, ..
                } => {
                    assert_eq!(pairs.len(), verdicts.len());
                    pairs.into_iter().zip(verdicts).collect()
                }
                _ => Vec::new(),
            })
            .map(|(pair, verdict)| {
                Label::new(pair, verdict, Labeller::judge(principle, noise), 0.0)
            })
            .collect()
    }
}

pub fn file(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models/nano");
    std::fs::read(folder.join(name)).expect("the shipped nano")
}

pub fn nano() -> Command {
    let text = |name| String::from_utf8(file(name)).expect("text");
    Command::LoadModel {
        source: ModelSource::Files {
            name: "nano".to_owned(),
            config: text("config.json"),
            tokenizer: text("tokenizer.json"),
            tokenizer_config: Some(text("tokenizer_config.json")),
        },
    }
}

pub fn last_status(events: &[Event]) -> Option<EngineStatus> {
    events.iter().rev().find_map(|event| match event {
        Event::Status { status } => Some(*status),
        _ => None,
    })
}

pub fn failure(events: &[Event]) -> Option<&Error> {
    events.iter().find_map(|event| match event {
        Event::Failed { error } => Some(error),
        _ => None,
    })
}

pub fn train(kind: ObjectiveKind, examples: Vec<Example>, steps: usize) -> Command {
    let settings = TrainSettings {
        steps,
        ..TrainSettings::lab_defaults(kind)
    };
    Command::Train {
        run: 1,
        settings,
        examples,
        paused: false,
        is_kept: false,
    }
}

/// Largest |log pi - log pi_ref| of the last inspection.
pub fn largest_log_ratio(events: &[Event]) -> f64 {
    let inspection = events.iter().rev().find_map(|event| match event {
        Event::Inspected { inspection } => Some(inspection),
        _ => None,
    });
    let inspection = inspection.expect("an inspection");
    let tokens = inspection
        .chosen
        .completion
        .iter()
        .chain(&inspection.rejected.completion);
    tokens
        .map(|token| token.log_ratio().abs())
        .fold(0.0, f64::max)
}

/// The policy's weights as they would be downloaded.
pub fn exported(page: &mut Page) -> Vec<u8> {
    page.next_id += 1;
    let request = Request {
        id: page.next_id,
        command: Command::ExportModel {
            meta: Box::default(),
        },
    };
    block_on(page.lab.handle(request, Vec::new()));
    while page.lab.has_work() {
        block_on(page.lab.advance());
    }
    let outbox = page.lab.take_outbox();
    let with_bytes = outbox
        .into_iter()
        .find(|outgoing| !outgoing.buffers.is_empty());
    with_bytes.expect("weights").buffers.remove(0)
}
