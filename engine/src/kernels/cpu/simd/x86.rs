//! The vectors of x86-64.

use super::lanes::lanes;
use super::tile::tile;
use super::{Simd, TileOutput};
use core::arch::x86_64::*;

#[rustfmt::skip]
lanes!(
    Avx2, "Eight lanes.", __m256, 8, 6,
    _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_sub_ps,
    _mm256_mul_ps, _mm256_div_ps, max_8, clamp_8, _mm256_sqrt_ps,
    _mm256_fmadd_ps, round_8, power_of_two_8
);
#[rustfmt::skip]
lanes!(
    Avx512, "Sixteen lanes.", __m512, 16, 12,
    _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_sub_ps,
    _mm512_mul_ps, _mm512_div_ps, max_16, clamp_16, _mm512_sqrt_ps,
    _mm512_fmadd_ps, round_16, power_of_two_16
);

// This processor's max and min give their second side where either is NaN.

#[inline(always)]
unsafe fn max_8(a: __m256, b: __m256) -> __m256 {
    unsafe {
        let is_nan = _mm256_cmp_ps::<_CMP_UNORD_Q>(a, a);
        _mm256_blendv_ps(_mm256_max_ps(a, b), a, is_nan)
    }
}

#[inline(always)]
unsafe fn max_16(a: __m512, b: __m512) -> __m512 {
    unsafe {
        let is_nan = _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(a, a);
        _mm512_mask_mov_ps(_mm512_max_ps(a, b), is_nan, a)
    }
}

#[inline(always)]
unsafe fn clamp_8(x: __m256, least: __m256, most: __m256) -> __m256 {
    unsafe { _mm256_min_ps(most, _mm256_max_ps(least, x)) }
}

#[inline(always)]
unsafe fn clamp_16(x: __m512, least: __m512, most: __m512) -> __m512 {
    unsafe { _mm512_min_ps(most, _mm512_max_ps(least, x)) }
}

const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;

#[inline(always)]
unsafe fn round_8(a: __m256) -> __m256 {
    unsafe { _mm256_round_ps::<NEAREST>(a) }
}

#[inline(always)]
unsafe fn round_16(a: __m512) -> __m512 {
    unsafe { _mm512_roundscale_ps::<NEAREST>(a) }
}

#[inline(always)]
unsafe fn power_of_two_8(n: __m256) -> __m256 {
    unsafe {
        let n = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
        _mm256_castsi256_ps(_mm256_slli_epi32::<23>(n))
    }
}

#[inline(always)]
unsafe fn power_of_two_16(n: __m512) -> __m512 {
    unsafe {
        let n = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
        _mm512_castsi512_ps(_mm512_slli_epi32::<23>(n))
    }
}
