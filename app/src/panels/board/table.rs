//! The class as a table that sorts: who came how far.

use crate::model::class_table::{ClassColumn, sorted};
use crate::model::shown_class::{Learner, ShownClass};
use crate::parts::scroll::Scroll;
use crate::stores::class::ClassStore;
use crate::texts::board as texts;
use crate::texts::numbers::{fixed, percent};
use crate::texts::page::NO_NUMBER;
use leptos::prelude::*;
use tilt_protocol::classroom::Count;

#[component]
pub fn ClassTable() -> impl IntoView {
    let class = expect_context::<ClassStore>();
    let order = RwSignal::new(None::<(ClassColumn, bool)>);
    let sort = move |column: ClassColumn| {
        // Names from A, numbers from the largest; once more turns it.
        let first = column != ClassColumn::Name;
        order.update(|order| {
            let is_down = match *order {
                Some((of, is_down)) if of == column => !is_down,
                _ => first,
            };
            *order = Some((column, is_down));
        });
    };
    let direction = move |column: ClassColumn| match order.get() {
        Some((of, true)) if of == column => "descending",
        Some((of, false)) if of == column => "ascending",
        _ => "none",
    };
    let heads = ClassColumn::ALL
        .into_iter()
        .zip(texts::COLUMNS)
        .map(move |(column, name)| {
            view! {
                <th scope="col" aria-sort=move || direction(column)>
                    <button
                        type="button"
                        class="sort"
                        title=texts::sort_by(name)
                        data-testid="board-sort"
                        data-value=name
                        on:click=move |_| sort(column)
                    >
                        {name}
                    </button>
                </th>
            }
        });
    let rows = move || {
        let shown = class.shown().get()?;
        let places = order_of(&shown, order.get());
        let rows = places
            .into_iter()
            .filter_map(|place| shown.learners.get(place).map(row));
        Some(rows.collect_view())
    };
    view! {
        <section class="board-part" aria-labelledby="board-learners">
            <h3 id="board-learners">{texts::LEARNERS}</h3>
            <Scroll class="board-table" name=texts::TABLE>
                <table data-testid="board-table">
                    <thead>
                        <tr>
                            {heads.collect_view()}
                            <th scope="col">{texts::OWN_NUMBERS}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </Scroll>
            <p class="muted">{texts::TABLE_NOTE}</p>
        </section>
    }
}

fn order_of(shown: &ShownClass, order: Option<(ClassColumn, bool)>) -> Vec<usize> {
    let names: Vec<String> = shown.learners.iter().map(|one| one.name.clone()).collect();
    let ways: Vec<_> = shown.learners.iter().map(|one| one.way).collect();
    sorted(&names, &ways, order)
}

fn row(learner: &Learner) -> impl IntoView + use<> {
    let way = learner.way;
    let doubtful = learner.doubtful.as_ref().map(Vec::len);
    view! {
        <tr>
            <th scope="row">{learner.name.clone()}</th>
            {[way.steps, way.checks, way.predictions, way.quizzes].map(cell)}
            <td class="number" data-value=way.points().to_string()>{percent(way.points())}</td>
            <td class="number" data-value=way.minutes.to_string()>{fixed(way.minutes, 0)}</td>
            <td class:is-doubtful=doubtful.is_some_and(|count| count > 0)>
                {texts::doubts(doubtful)}
            </td>
        </tr>
    }
}

fn cell(count: Count) -> impl IntoView {
    let text = match count.of {
        0 => NO_NUMBER.to_owned(),
        of => texts::count_of(count.count, of),
    };
    view! { <td class="number">{text}</td> }
}
