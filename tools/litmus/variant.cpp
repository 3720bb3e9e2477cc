// SPDX-License-Identifier: BSD-3-Clause
#include "variant.hpp"

#include "mutant.hpp"

#include <map>

namespace wbsync::litmus {

namespace {

bool is_read_modify_write(const builtin& f) {
    switch (f.what) {
    case action::exchange:
    case action::compare:
    case action::add_unless:
    case action::fetch:
    case action::add_return:
    case action::add_and_test: return true;
    default: return false;
    }
}

/// atomic_inc_not_zero() and its like are no functions of herd7.
bool is_add_unless(const builtin& f) {
    return f.what == action::add_unless && !f.implied_amount;
}

const builtin* without_tags(const builtin& f) {
    const bool tagged = !f.full && f.order != engine::memory_order::relaxed;
    if (!is_read_modify_write(f) || !(tagged || is_add_unless(f)))
        return nullptr;
    static std::map<std::string_view, builtin> all;
    builtin& b = all.try_emplace(f.name, f).first->second;
    b.full = false;
    b.order = engine::memory_order::relaxed;
    return &b;
}

} // namespace

void apply(variant v, litmus_test& test) {
    if (v == variant::lkmmv1)
        apply(mutant{"read-modify-writes without tags", without_tags}, test);
}

} // namespace wbsync::litmus
