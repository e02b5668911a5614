//! Rows that are refused, and what is said of them.

use super::*;

#[test]
fn an_id_beyond_the_vocabulary_is_named() {
    for preparation in [
        Preparation::Preference,
        Preparation::Unpaired,
        Preparation::PerSide,
        Preparation::Texts,
        Preparation::Reward,
    ] {
        let example = pair(ids(&[1]), ids(&[16]), ids(&[2]));
        let good = pair(ids(&[1]), ids(&[15]), ids(&[2]));
        let rows = tokenise(&[good, example], None, VOCAB, 8, preparation).unwrap();
        let is_spoilt_twice = preparation == Preparation::Unpaired;
        assert_eq!(rows.rows.len(), if is_spoilt_twice { 3 } else { 1 });
        let [error] = &rows.refused[..] else {
            panic!("{:?}", rows.refused);
        };
        let text = error.to_string();
        assert!(
            text.starts_with("line 2") && text.contains("id 16"),
            "{text}"
        );
    }
}

#[test]
fn text_without_a_tokenizer_is_an_error() {
    for preparation in [Preparation::Preference, Preparation::PerSide] {
        let example = pair(
            Content::user("a"),
            Content::assistant("b"),
            Content::assistant("c"),
        );
        assert!(matches!(
            tokenise(&[example], None, VOCAB, 8, preparation),
            Err(Error::NoTokenizer { .. })
        ));
    }
}

#[test]
fn a_row_of_another_kind_is_named() {
    let good = || pair(plain("a"), plain("b"), plain("c"));
    let completion = Example::Completion {
        prompt: plain("a"),
        completion: plain("b"),
    };
    let whole = Example::Text { text: plain("a") };
    for preparation in [
        Preparation::Preference,
        Preparation::PerSide,
        Preparation::Reward,
    ] {
        check_error(&[good(), completion.clone()], preparation, "line 2");
        check_error(&[good(), good(), whole.clone()], preparation, "line 3");
    }
    check_error(
        &[good(), completion],
        Preparation::Unpaired,
        "line 2, field \"label\": missing",
    );
    check_error(&[whole], Preparation::Unpaired, "line 1");
}

#[test]
fn forms_do_not_mix() {
    let mixed = pair(plain("a"), plain("b"), ids(&[2]));
    for preparation in [
        Preparation::Preference,
        Preparation::Unpaired,
        Preparation::PerSide,
        Preparation::Reward,
    ] {
        // A pair that was taken apart keeps its number.
        let good = pair(plain("a"), plain("b"), plain("c"));
        check_error(
            &[good, mixed.clone()],
            preparation,
            "line 2, field \"completion\"",
        );
    }
}

#[test]
fn a_template_that_fails_names_the_row() {
    let text = text(Some("{{ raise_exception('no') }}"));
    let example = pair(
        Content::user("a"),
        Content::assistant("b"),
        Content::assistant("c"),
    );
    let rows = tokenise(&[example], Some(&text), VOCAB, 64, Preparation::Preference);
    let error = rows.unwrap().all_good().unwrap_err().to_string();
    assert!(error.contains("line 1") && error.contains("no"), "{error}");
}

#[test]
fn rows_without_a_token_are_refused_by_line_and_field() {
    let text = text(Some(TEMPLATE));
    let none = || ids(&[]);
    let pairs = |chosen: Content, rejected: Content| {
        vec![
            pair(ids(&[2]), ids(&[3]), ids(&[4])),
            pair(none(), chosen, rejected),
        ]
    };
    let refused = |examples: &[Example], preparation| -> Vec<String> {
        let rows = tokenise(examples, Some(&text), VOCAB, 64, preparation).unwrap();
        assert_eq!(rows.dropped, 0);
        rows.refused.iter().map(Error::to_string).collect()
    };
    for preparation in [
        Preparation::Preference,
        Preparation::PerSide,
        Preparation::Reward,
    ] {
        for (chosen, rejected, field) in [
            (none(), ids(&[3]), "chosen"),
            (ids(&[3]), none(), "rejected"),
        ] {
            let refused = refused(&pairs(chosen, rejected), preparation);
            let expected = format!("line 2, field \"{field}\": no token");
            assert!(
                matches!(&refused[..], [only] if only.starts_with(&expected)),
                "{preparation:?}: {refused:?}"
            );
        }
    }
    let unpaired = |prompt: Content| Example::Unpaired {
        prompt,
        completion: none(),
        label: true,
    };
    let completion = |prompt: Content| Example::Completion {
        prompt,
        completion: none(),
    };
    let whole = Example::Text { text: none() };
    for (example, preparation, field) in [
        (unpaired(none()), Preparation::Unpaired, "completion"),
        (completion(none()), Preparation::Texts, "text"),
        (completion(none()), Preparation::WholeTexts, "text"),
        (whole, Preparation::Texts, "text"),
    ] {
        let refused = refused(&[example], preparation);
        let expected = format!("line 1, field \"{field}\": no token");
        assert!(
            matches!(&refused[..], [only] if only.starts_with(&expected)),
            "{preparation:?}: {refused:?}"
        );
    }
    // An empty completion behind a prompt is a row, as it is in TRL.
    assert!(refused(&[unpaired(ids(&[2]))], Preparation::Unpaired).is_empty());
}
