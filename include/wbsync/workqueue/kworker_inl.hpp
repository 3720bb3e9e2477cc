// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/workqueue/kworker.hpp>

#include <algorithm>

#include <fmt/core.h>

namespace wbsync::detail {

inline event_value work_state::show(std::int64_t v) {
    return fmt::format("{}{}{}", v & is_pending, (v & has_timer) != 0 ? ", timer set" : "",
                       v >= disabled ? ", disabled" : "");
}

inline engine::location& work_state::make_word() {
    engine::execution& run = *engine::execution::current();
    engine::location& x = run.new_location({name, "PENDING"}, 0);
    x.scope.begin(name, "use-after-scope");
    run.begin_scope(x.scope, work);
    return x;
}

inline void kworker::declare(const label& name) {
    engine::execution::current()->add_thread(
        name, [this] { worker_thread(); }, engine::thread_kind::server);
}

inline void kworker::take_off(const work_instance& instance, const char* verb, const site& at) {
    queued_.add_if(
        [&] {
            cancelled_.push_back(instance);
            if (const auto on_list = find(instance); on_list != instances_.end())
                on_list->cancelled = true;
            return false;
        },
        verb, at);
}

inline eventcount kworker::unowned(const label& name) {
    engine::execution& run = *engine::execution::current();
    const engine::lifetime* const outer = run.exchange_owner(nullptr);
    engine::location& x = run.new_location(name, 0);
    run.exchange_owner(outer);
    return {x, run.stamp()};
}

inline std::vector<work_instance>::iterator kworker::find(const work_instance& i) {
    return std::find_if(instances_.begin(), instances_.end(),
                        [&](const work_instance& o) { return same(o, i); });
}

inline bool kworker::is_cancelled(const work_instance& i) const {
    return std::any_of(cancelled_.begin(), cancelled_.end(),
                       [&](const work_instance& o) { return same(o, i); });
}

inline void kworker::worker_thread() {
    const site at = site::here();
    for (std::int64_t n = 1;; ++n) {
        if (!queued_.wait_for(n, "worker_thread", at, true))
            return;
        work_instance instance = instances_[static_cast<std::size_t>(n - 1)];
        instance.queued_at = instance.queued_at.on_behalf(at.function);
        process(instance, n);
        finished_.add("process_one_work", instance.queued_at);
    }
}

inline void work_states::reset() {
    works_.clear();
    kworkers_.clear();
    spare_.clear();
    for (int t = 0; t != engine::max_threads; ++t) {
        now[t] = {};
        spare_of_[t].clear();
    }
}

inline work_state& work_states::add(const label& name, work_struct& work,
                                    std::function<void(work_struct&)> function) {
    works_.push_back(std::make_unique<work_state>(name, work, std::move(function)));
    return *works_.back();
}

inline kworker& work_states::add_kworker(const label& base) {
    kworkers_.push_back(std::make_unique<kworker>(base));
    return *kworkers_.back();
}

inline void work_states::add_spare(engine::thread_id t, int n) {
    for (int i = 0; i != n; ++i) {
        const label name{"kworker", static_cast<int>(spare_.size())};
        spare_.push_back(&add_kworker(name));
        spare_.back()->declare(name);
        spare_of_[t].push_back(spare_.back());
    }
}

inline kworker* work_states::take_spare(engine::thread_id t) {
    auto& mine = spare_of_[t];
    if (mine.empty())
        return nullptr;
    kworker* const k = mine.front();
    mine.erase(mine.begin());
    return k;
}

} // namespace wbsync::detail
