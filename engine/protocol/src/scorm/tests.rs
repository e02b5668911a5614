use super::*;
use serde_json::json;

fn lesson(title: &str, show: Option<&str>) -> Lesson {
    let show = show.map(|model| json!({"model": model}));
    let mut quiz = json!({"question": "Why?", "answer": "Because."});
    if let Some(show) = show {
        quiz["show"] = show;
    }
    let text = json!({
        "tilt_lesson": 1,
        "id": "tiny",
        "lang": "en",
        "title": title,
        "minutes": 1,
        "goals": ["See one run."],
        "setup": {"model": "nano"},
        "steps": [{"text": "Read.", "quiz": quiz}],
    });
    Lesson::from_json(&text.to_string()).expect("a sound lesson")
}

fn page() -> Vec<File> {
    let names = [
        "scorm.js",
        "engine.js",
        "files.json",
        "sw.js",
        "offline.js",
        "lessons.json",
        "lessons/other.json",
        "lessons/other.card.md",
        "models/small/model.safetensors",
        "models/nano/README.md",
        "models/nano/config.json",
        "models/nano/model.safetensors",
        "models/nano/tokenizer.json",
        "models/nano-2/config.json",
        "a b&c.css",
    ];
    let mut files: Vec<File> = names.map(|name| File::new(name, name)).into();
    files.push(File::new(
        "index.html",
        "<html><head><meta charset=\"utf-8\"></head></html>",
    ));
    files
}

fn names(zip: &[u8]) -> Vec<String> {
    let archive = rawzip::ZipArchive::from_slice(zip).unwrap();
    let entries = archive.entries().map(|entry| {
        let entry = entry?;
        Ok(entry.file_path().try_normalize()?.as_ref().to_owned())
    });
    entries.collect::<Result<_, rawzip::Error>>().unwrap()
}

#[test]
fn a_package_holds_the_page_and_of_lessons_and_models_its_own() {
    let lesson = lesson("Tiny", None);
    let pack = Pack {
        lesson: &lesson,
        mastery: None,
    };
    let zip = pack.zip(page()).unwrap();
    let expected = [
        "imsmanifest.xml",
        "a b&c.css",
        "engine.js",
        "index.html",
        "models/nano/config.json",
        "models/nano/model.safetensors",
        "models/nano/tokenizer.json",
        "scorm.js",
        "lessons/tiny.json",
    ];
    assert_eq!(names(&zip), expected);
    let mut shuffled = page();
    shuffled.reverse();
    assert_eq!(pack.zip(shuffled).unwrap(), zip);
    assert_eq!(pack.file_name(), "tilt-tiny-scorm12.zip");
}

#[test]
fn a_model_that_a_question_shows_goes_along() {
    let lesson = lesson("Tiny", Some("small"));
    assert!(goes_along(&lesson, "models/small/model.safetensors"));
    assert!(!goes_along(&lesson, "models/base/model.safetensors"));
}

#[test]
fn what_is_missing_is_named() {
    let lesson = lesson("Tiny", None);
    let pack = Pack {
        lesson: &lesson,
        mastery: None,
    };
    for missing in ["index.html", "scorm.js", "models/nano/tokenizer.json"] {
        let mut files = page();
        files.retain(|file| file.name != missing);
        let said = pack.zip(files).unwrap_err().to_string();
        assert!(said.starts_with(missing), "{said}");
    }
    let mut files = page();
    for file in files.iter_mut().filter(|file| file.name == "index.html") {
        file.bytes = b"<p>".to_vec();
    }
    let said = pack.zip(files).unwrap_err().to_string();
    assert!(
        said.contains("index.html") && said.contains("<head>"),
        "{said}"
    );
    let too_high = Pack {
        mastery: Some(101),
        ..pack
    };
    let said = too_high.zip(page()).unwrap_err().to_string();
    assert!(said.contains("mastery") && said.contains("101"), "{said}");
}

#[test]
fn the_page_begins_with_the_script_and_the_lesson_s_name() {
    let lesson = lesson("Tiny", None);
    let page = page_in_pack(b"<html><head><title>x</title></head>", &lesson).unwrap();
    assert_eq!(
        String::from_utf8(page).unwrap(),
        "<html><head><script src=\"./scorm.js\" data-lesson=\"tiny\"></script><title>x</title></head>"
    );
}

#[test]
fn a_manifest_says_what_there_is_in_the_order_of_the_schema() {
    let lesson = lesson("Beta & \"KL\" <1>\u{b}", None);
    let manifest = |mastery, files: &[&str]| super::manifest(&lesson, mastery, files);
    let written = manifest(Some(80), &["index.html", "a b&c.css"]);
    let title = "<title>Beta &amp; &quot;KL&quot; &lt;1&gt;</title>";
    let in_order = [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "<manifest identifier=\"tilt-lesson-tiny\"",
        "<schema>ADL SCORM</schema>",
        "<schemaversion>1.2</schemaversion>",
        "<organizations default=\"lessons\">",
        "<organization identifier=\"lessons\">",
        title,
        "<item identifier=\"lesson\" identifierref=\"page\">",
        title,
        "<adlcp:masteryscore>80</adlcp:masteryscore>",
        "<resource identifier=\"page\" type=\"webcontent\" adlcp:scormtype=\"sco\" href=\"index.html\">",
        "<file href=\"index.html\"/>",
        "<file href=\"a%20b%26c.css\"/>",
    ];
    let mut rest = written.as_str();
    for part in in_order {
        let (_, after) = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("{part}\n{rest}"));
        rest = after;
    }
    assert!(!written.contains('\u{b}'));
    // The version is the lesson's hash, which the schema's 20 signs hold.
    assert!(written.contains(&format!("version=\"{}\"", lesson.hash())));
    assert!(!manifest(None, &[]).contains("masteryscore"));
    let long = self::lesson(&"ü".repeat(300), None);
    let title = format!("<title>{}</title>", "ü".repeat(200));
    assert!(super::manifest(&long, None, &[]).contains(&title));
}

#[test]
fn a_list_names_files_inside_the_page_s_folder() {
    let paths = listed(r#"["index.html", "models/nano/config.json"]"#).unwrap();
    assert_eq!(paths, ["index.html", "models/nano/config.json"]);
    for bad in [
        "",
        "{}",
        "[1]",
        r#"["../x"]"#,
        r#"["/etc/passwd"]"#,
        r#"["a//b"]"#,
        r#"["a\\b"]"#,
        r#"["https://example.org/x"]"#,
    ] {
        let said = listed(bad).unwrap_err().to_string();
        assert!(said.starts_with(LIST), "{said}");
    }
}
