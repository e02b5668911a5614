//! The chosen objective's parameters, and the optimiser's, as fields.

use crate::flows::settings;
use crate::lab::use_lab;
use crate::model::parameters::Parameter;
use crate::model::train_form::TrainField;
use crate::parts::action::Action;
use crate::parts::define::Explain;
use crate::texts::drawer as texts;
use leptos::prelude::*;

#[component]
pub fn Parameters() -> impl IntoView {
    let lab = use_lab();
    let title = move || lab.form.objective().get().title();
    let all = Memo::new(move |_| Parameter::of(&lab.form.settings()));
    let part = move |is_of_optimiser: bool| -> Vec<Parameter> {
        let of = |parameter: &Parameter| parameter.is_of_optimiser() == is_of_optimiser;
        all.get().into_iter().filter(of).collect()
    };
    let has_own = move || !part(false).is_empty();
    let above = move || texts::stand_above(lab.form.is_used(TrainField::Beta));
    view! {
        <div class="parameters" data-testid="parameters">
            <div class="row parameters-head">
                <h3>{move || texts::parameters_of(title())}</h3>
                <Action
                    testid="parameters-reset" text=texts::DEFAULTS class="slim"
                    disabled=Signal::derive(move || !lab.form.is_customised())
                    on_press=move || settings::reset_parameters(lab)
                />
            </div>
            <Show when=has_own fallback=move || view! {
                <p class="muted">{move || texts::no_parameters(title())}</p>
            }>
                <div class="fields parameter-fields">
                    <For each=move || part(false) key=|parameter| *parameter let:parameter>
                        <ParameterField parameter=parameter/>
                    </For>
                </div>
            </Show>
            <p class="muted">{above}</p>
            <details class="drawer optimiser" data-testid="optimiser">
                <summary>{texts::OPTIMISER}</summary>
                <div class="fields parameter-fields">
                    <For each=move || part(true) key=|parameter| *parameter let:parameter>
                        <ParameterField parameter=parameter/>
                    </For>
                </div>
            </details>
        </div>
    }
}

#[component]
fn ParameterField(parameter: Parameter) -> impl IntoView {
    let lab = use_lab();
    let label_id = format!("parameter-{}-label", parameter.id());
    let name = Signal::derive(move || parameter.label(&lab.form.settings()));
    let defect = Memo::new(move |_| {
        let error = lab.form.parameter_defect(parameter);
        error.map(|error| error.to_string())
    });
    let defect_id = StoredValue::new(format!("parameter-{}-defect", parameter.id()));
    view! {
        <div class="field">
            <Explain name=name id=Some(label_id.clone())>
                <b>{name}</b>
                " "
                {parameter.definition()}
                <span class="definition-source">
                    {texts::allowed(parameter.range())}
                    <code>{parameter.trl_name()}</code>
                </span>
            </Explain>
            <Control parameter=parameter label_id=label_id defect_id=defect_id/>
            <Show when=move || defect.get().is_some()>
                <p class="field-defect" id=defect_id.get_value()>{move || defect.get()}</p>
            </Show>
        </div>
    }
}

/// A text field, or a select where the values are few.
#[component]
fn Control(
    parameter: Parameter,
    label_id: String,
    defect_id: StoredValue<String>,
) -> impl IntoView {
    let lab = use_lab();
    let testid = format!("parameter-{}", parameter.id());
    let text = Memo::new(move |_| lab.form.parameter_text(parameter));
    let is_wrong = move || lab.form.parameter_defect(parameter).is_some();
    let set = move |value: String| {
        lab.form.set_parameter(parameter, value);
        if !untrack(is_wrong) {
            lab.notices.dismiss(parameter.key());
        }
    };
    if let Some(choices) = parameter.choices() {
        let options = choices
            .iter()
            .map(|(value, name)| {
                view! { <option value=*value selected=move || text.get() == *value>{*name}</option> }
            })
            .collect_view();
        return view! {
            <select
                data-testid=testid
                aria-labelledby=label_id
                prop:value=move || text.get()
                on:change=move |event| {
                    set(event_target_value(&event));
                    lab.form.leave_parameter(parameter);
                }
            >
                {options}
            </select>
        }
        .into_any();
    }
    view! {
        <input
            type="text"
            inputmode="decimal"
            autocomplete="off"
            spellcheck="false"
            data-testid=testid
            aria-labelledby=label_id
            aria-describedby=move || is_wrong().then(|| defect_id.get_value())
            aria-invalid=move || is_wrong().to_string()
            prop:value=move || text.get()
            on:input=move |event| set(event_target_value(&event))
            on:change=move |_| lab.form.leave_parameter(parameter)
        />
    }
    .into_any()
}
