// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/retries.hpp>
#include <wbsync/linkage.hpp>

#include <bit>
#include <utility>

namespace wbsync::engine {

WBSYNC_INLINE void retries::begin() {
    steps_.begin();
    frame_ = nullptr;
    model_memory_ = {nullptr, 0};
}

WBSYNC_INLINE void retries::starts_threads() {
    for (thread_id t = 0; t != state_.threads.count(); ++t)
        watches_[t].begin();
}

[[gnu::always_inline]] inline void retries::takes_step(const operation& op) {
    steps_.add(state_.self, op.object, effect_of(op), op.delta != 0);
    if (own().looks_closely())
        own().before_code(memory_of_model());
}

WBSYNC_INLINE void retries::stores(std::int64_t before, std::int64_t after) {
    steps_.stores(before, after);
    if (before != after)
        own().begin();
}

WBSYNC_INLINE void retries::has_effect() {
    steps_.note_effect(state_.self);
    own().begin();
}

WBSYNC_INLINE std::vector<object_id> retries::readable_stores(const round& r) const {
    return state_.memory->reads_old_stores() ? steps_.changed_by(state_.self, r)
                                             : std::vector<object_id>{};
}

WBSYNC_INLINE bool retries::given_up_round::enabled() const {
    return readable_ && !mutated(mutant::old_store_does_not_bring_back) &&
           of_.steps_.seen_later(thread_, begin_, end_, nothing_gone{});
}

WBSYNC_INLINE bool retries::given_up_round::enabled_without(const removed_steps& gone) const {
    return readable_ && of_.steps_.seen_later(thread_, begin_, end_, gone);
}

WBSYNC_INLINE bool retries::given_up_round::is_outdated() const {
    return of_.steps_.changed_since(thread_, begin_, end_);
}

WBSYNC_INLINE std::string retries::given_up_round::waits_for() const {
    std::string text;
    for (const object_id x : of_.steps_.looked_at(thread_, begin_, end_))
        if (const location* l = of_.locations_.find(x))
            text += (text.empty() ? " (" : ", ") + l->name.str();
    return "a change of what its loop looks at" + text + (text.empty() ? "" : ")");
}

WBSYNC_INLINE bool retries::looks_closely() const noexcept {
    return watches_[state_.self].looks_closely();
}

WBSYNC_INLINE retries::place retries::comes_to(const operation& op, std::uint64_t& history) {
    came_from_ = std::exchange(frame_, nullptr);
    if (own().looks_closely())
        own().after_code();
    if (came_from_ == nullptr)
        return place::elsewhere;
    add_to(history, op.object + (std::uint64_t{op.where.line} << 16));
    if (!own().looks_closely())
        return own().has_been_at(op.object, came_from_) ? place::beginning : place::elsewhere;
    if (!own().is_back_at(op.object, came_from_)) {
        own().passes_by();
        return place::elsewhere;
    }
    return is_as_it_was(history) ? place::end : place::beginning;
}

WBSYNC_INLINE void retries::begins_round(const operation& op) {
    own().look_closely(op.object, came_from_, state_.threads[state_.self].stack, begin_round());
}

WBSYNC_INLINE void retries::add_to(std::uint64_t& history, std::uint64_t value) noexcept {
    history = (std::rotl(history, 5) ^ value) * 0x9e37'79b9'7f4a'7c15;
}

WBSYNC_INLINE bool retries::is_as_it_was(std::uint64_t history) {
    const auto known = loops_.try_emplace(history, false);
    if (known.second)
        known.first->second = own().is_as_it_was(came_from_, state_.threads[state_.self].stack);
    return known.first->second;
}

WBSYNC_INLINE const std::vector<memory_image::part>& retries::memory_of_model() {
    memory_parts_.clear();
    memory_parts_.push_back(model_memory_);
    blocks_.for_each_part([&](const void* at, std::size_t size) {
        memory_parts_.push_back({at, size});
    });
    return memory_parts_;
}

WBSYNC_INLINE step_log::effect retries::effect_of(const operation& op) noexcept {
    const bool changes = op.changes == nullptr &&
                         (op.access == access_class::write || op.access == access_class::add);
    return changes ? step_log::effect::other : step_log::effect::none;
}

} // namespace wbsync::engine
