//! Which device computes: WebGPU where it works, otherwise the CPU (Flex).

use crate::kernels;
use crate::self_test::self_test;
use burn::tensor::Device;
use burn_wgpu::wgpu::DeviceType;
use tilt_protocol::{DeviceKind, DevicePreference, Error, Result};

/// The device in use, and why it is this one.
pub struct Compute {
    pub device: Device,
    pub kind: DeviceKind,
    /// The adapter's own name, or the CPU's instruction set.
    pub adapter: String,
    /// Why WebGPU is not used, where it was wanted.
    pub fallback: Option<String>,
}

impl Compute {
    pub fn cpu() -> Compute {
        Compute {
            device: Device::flex(),
            kind: DeviceKind::Cpu,
            adapter: cpu_name().to_owned(),
            fallback: None,
        }
    }

    /// The wanted device. WebGPU must have the features that are needed and pass a
    /// self-test against the CPU; if it does not, the CPU is used and `fallback`
    /// says why. An adapter that is itself software on the CPU is used only when
    /// WebGPU is asked for by name.
    pub async fn choose(preference: DevicePreference) -> Compute {
        if preference == DevicePreference::Cpu {
            return Compute::cpu();
        }
        match webgpu(preference == DevicePreference::Webgpu).await {
            Ok(compute) => compute,
            Err(error) => {
                let reason = match error {
                    Error::Device { reason, .. } => reason,
                    other => other.to_string(),
                };
                Compute {
                    fallback: Some(reason),
                    ..Compute::cpu()
                }
            }
        }
    }
}

/// Dispatches that are submitted together, unless something is read or written before. A
/// training step of four blocks has 33 forward and 59 backward; many more at once could take
/// longer than a browser lets the GPU be busy.
const TASKS_A_SUBMISSION: usize = 96;

/// # Errors
/// [`Error::Device`] with the reason in words.
async fn webgpu(takes_software: bool) -> Result<Compute> {
    let adapter = usable_adapter(takes_software).await.map_err(refused)?;
    let (device, setup) = Device::wgpu_options()
        .tasks_max(TASKS_A_SUBMISSION)
        .init_with_setup_async()
        .await
        .map_err(|error| refused(format!("WebGPU did not start: {error}")))?;
    let info = setup.adapter.get_info();
    let is_software =
        info.device_type == DeviceType::Cpu || adapter.as_deref().is_some_and(is_software_name);
    kernels::gpu::set_software(is_software);
    let adapter = adapter.unwrap_or_else(|| format!("{} ({:?})", info.name, info.backend));
    self_test(&device).await?;
    Ok(Compute {
        device,
        kind: DeviceKind::Webgpu,
        adapter,
        fallback: None,
    })
}

fn is_software_name(adapter: &str) -> bool {
    adapter.to_lowercase().contains("swiftshader")
}

fn refused(reason: impl ToString) -> Error {
    Error::Device {
        device: "WebGPU".to_owned(),
        reason: reason.to_string(),
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn cpu_name() -> &'static str {
    "CPU (Flex)"
}

#[cfg(target_arch = "wasm32")]
fn cpu_name() -> &'static str {
    use tilt_protocol::SimdBuild;
    match crate::kernels::SIMD {
        SimdBuild::Plain => "CPU (wasm simd128)",
        SimdBuild::Relaxed => "CPU (wasm relaxed SIMD)",
    }
}

/// Natively wgpu looks for an adapter itself.
#[cfg(not(target_arch = "wasm32"))]
async fn usable_adapter(_takes_software: bool) -> std::result::Result<Option<String>, String> {
    Ok(None)
}

/// The browser's adapter, by name, if cubecl can use it: without
/// `timestamp-query` it panics when its stream is created.
#[cfg(target_arch = "wasm32")]
async fn usable_adapter(takes_software: bool) -> std::result::Result<Option<String>, String> {
    use js_sys::{Function, Promise, Reflect};
    use wasm_bindgen::{JsCast, JsValue};
    let get = |object: &JsValue, name: &str| {
        Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
    };
    let missing = |value: &JsValue| value.is_undefined() || value.is_null();
    let gpu = get(&get(&js_sys::global(), "navigator"), "gpu");
    if missing(&gpu) {
        return Err("this browser has no WebGPU".to_owned());
    }
    let request: Function = get(&gpu, "requestAdapter")
        .dyn_into()
        .map_err(|_| "this browser has no WebGPU".to_owned())?;
    let promise: Promise = request
        .call0(&gpu)
        .ok()
        .and_then(|value| value.dyn_into().ok())
        .ok_or("the browser gave no WebGPU adapter")?;
    let adapter = wasm_bindgen_futures::JsFuture::from(promise)
        .await
        .map_err(|error| format!("the browser gave no WebGPU adapter: {error:?}"))?;
    if missing(&adapter) {
        return Err("the browser found no WebGPU adapter".to_owned());
    }
    let features = get(&adapter, "features");
    let has_timestamps = get(&features, "has")
        .dyn_into::<Function>()
        .ok()
        .and_then(|has| {
            has.call1(&features, &JsValue::from_str("timestamp-query"))
                .ok()
        })
        .is_some_and(|answer| answer.is_truthy());
    if !has_timestamps {
        return Err("the WebGPU adapter lacks the feature timestamp-query".to_owned());
    }
    let info = get(&adapter, "info");
    let words: Vec<String> = ["description", "vendor", "architecture"]
        .iter()
        .filter_map(|name| get(&info, name).as_string())
        .filter(|word| !word.is_empty())
        .collect();
    let is_software = get(&info, "isFallbackAdapter").is_truthy()
        || words.iter().any(|word| is_software_name(word));
    if is_software && !takes_software {
        return Err("its adapter is software on the CPU, slower than the CPU device".to_owned());
    }
    let name = if words.is_empty() {
        "WebGPU adapter".to_owned()
    } else {
        words.join(", ")
    };
    Ok(Some(name))
}
