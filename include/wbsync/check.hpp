// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/host.hpp>
#include <wbsync/options.hpp>
#include <wbsync/result.hpp>
#include <wbsync/scenario.hpp>
#include <wbsync/search/run_check.hpp>

#include <cstddef>
#include <new>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace wbsync {

namespace detail {

template <class Model>
concept has_finally = requires(Model& m) {
    m.finally();
};

/// Looks a name up in a class without calling anything: a member `finally` of `Model`, whatever its
/// access and its arguments are, makes the name ambiguous here.
struct the_name_finally {
    void finally();
};
template <class Model>
struct with_the_name_finally : Model, the_name_finally {};

/// Not known of a class that is final.
template <class Model>
concept declares_finally = !std::is_final_v<Model> && !requires {
    &with_the_name_finally<Model>::finally;
};

/// Builds the model in place, from arguments that are copied for each execution.
template <class Model, class... Args>
class typed_driver final : public engine::model_driver {
    static_assert(has_finally<Model> || !declares_finally<Model>,
                  "wbsync: the model's finally() would never be called: it must be public, and "
                  "callable without arguments");

public:
    explicit typed_driver(const Args&... args) : args_(args...) {}

    void construct(engine::execution& run) override {
        model_ = std::apply([&](const Args&... a) { return ::new (storage_) Model(a...); }, args_);
        scenario s(run);
        model_->threads(s);
    }
    void finally() override {
        if constexpr (has_finally<Model>) {
            engine::execution::current()->evaluates_property();
            model_->finally();
        }
    }
    void destroy() override {
        if (model_ != nullptr)
            std::exchange(model_, nullptr)->~Model();
    }

private:
    std::tuple<Args...> args_;
    Model* model_ = nullptr;
    alignas(Model) std::byte storage_[sizeof(Model)]; // NOLINT: raw storage
};

} // namespace detail

/// Explores every execution of `Model(args...)`: all interleavings and, with memory_kind::weak, all
/// weak-memory outcomes that docs/memory-model.md lists. Stops at the first finding, unless
/// `all_findings` is set, and returns what was seen.
///
/// The arguments are copied once and given to the constructor for every execution. The model must
/// not depend on anything else than them and what it reads through wbsync.
template <class Model, class... Args>
[[nodiscard]] result check(const options& asked, const Args&... args) {
    const options with = asked.with_environment();
    detail::typed_driver<Model, Args...> model(args...);
    return search::run_check(model, with, with.name.empty() ? typeid(Model).name() : with.name);
}

template <class Model>
[[nodiscard]] result check() {
    return check<Model>(options{});
}

} // namespace wbsync
