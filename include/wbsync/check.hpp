// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/check.hpp>
#else

#include <wbsync/engine/execution.hpp>
#include <wbsync/engine/model_driver.hpp>
#include <wbsync/options.hpp>
#include <wbsync/result.hpp>
#include <wbsync/scenario.hpp>
#include <wbsync/search/run_check.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
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

/// Looks a name up in a class without calling anything: any member `finally` of `Model`, with
/// whatever access and arguments, makes the name ambiguous here.
struct the_name_finally {
    void finally();
};
template <class Model>
struct with_the_name_finally : Model, the_name_finally {};

template <class Model>
concept declares_finally = !requires {
    &with_the_name_finally<Model>::finally;
};

/// Compiles only if a finally() that the model has will be called, and if nothing of it is lost.
/// One cannot derive from a final class: only its public members are known.
template <class Model>
consteval void expect_finally_is_called() {
    if constexpr (has_finally<Model>)
        static_assert(std::is_void_v<decltype(std::declval<Model&>().finally())>,
                      "wbsync: the model's finally() returns a value, which nobody would look at: "
                      "make it void, and say what must hold with BUG_ON() or ensure()");
    else if constexpr (std::is_final_v<Model>)
        static_assert(
            has_finally<Model>,
            "wbsync: the model is a final class, and has no finally() that is public and "
            "callable without arguments; whether it has another one, which would never be "
            "called, cannot be seen: add a public one, or take `final` away");
    else
        static_assert(!declares_finally<Model>,
                      "wbsync: the model's finally() would never be called: it must be public, and "
                      "callable without arguments");
}

/// Builds the model in place, from arguments that are copied for each execution.
template <class Model, class... Args>
class typed_driver final : public engine::model_driver {
public:
    explicit typed_driver(const Args&... args) : args_(args...) {
        expect_finally_is_called<Model>();
    }

    void construct(engine::execution& run) override {
        model_ = nullptr;
        void* const at = place(run.variation());
        run.model_is_at(at, sizeof(Model));
        model_ = std::apply([&](const Args&... a) { return ::new (at) Model(a...); }, args_);
        run.enter_part("threads()");
        scenario s(run);
        model_->threads(s);
    }
    void finally() override {
        if constexpr (has_finally<Model>) {
            engine::execution::current()->evaluates_property();
            model_->finally();
        }
    }
    [[nodiscard]] bool is_repeatable() const noexcept override {
        return !requires {
            typename Model::learns_from_executions;
        };
    }
    void destroy() override {
        if (model_ != nullptr)
            std::exchange(model_, nullptr)->~Model();
    }

private:
    /// Where the model is built, and what the memory holds before; see execution::variation().
    void* place(unsigned variation) {
        if (variation == 0)
            return storage_;
        const std::size_t moved = engine::heap::units_moved(variation) * alignof(Model);
        std::byte* at = storage_;
        if (moved != 0) {
            const std::size_t room = moved + sizeof(Model) + alignof(Model);
            elsewhere_ = std::make_unique<std::byte[]>(room); // NOLINT: raw storage
            const auto address = reinterpret_cast<std::uintptr_t>(elsewhere_.get());
            at = elsewhere_.get() + (alignof(Model) - address % alignof(Model)) + moved;
        }
        std::memset(at, engine::heap::fill_of(variation), sizeof(Model));
        return at;
    }

    std::tuple<Args...> args_;
    Model* model_ = nullptr;
    std::unique_ptr<std::byte[]> elsewhere_;          // NOLINT: raw storage
    alignas(Model) std::byte storage_[sizeof(Model)]; // NOLINT: raw storage
};

} // namespace detail

/// Explores every execution of `Model(args...)`: all interleavings and, unless the memory model is
/// sc, all weak-memory outcomes that docs/memory-model.md lists. Stops at the first finding, unless
/// `all_findings` is set, and returns what was seen.
///
/// The arguments are copied once and given to the constructor for every execution. The model must
/// depend only on them and on what it reads through wbsync: the first executions are run twice, and
/// a model that then does something else is a finding, "misuse".
///
/// One check runs at a time: if another thread of the process runs one, this call waits. Inside of
/// a model it is a finding "misuse" of that model; in a function of the options it throws
/// std::logic_error.
template <class Model, class... Args>
[[nodiscard]] result check(const options& asked, const Args&... args) {
    const options with = asked.with_environment();
    detail::typed_driver<Model, Args...> model(args...);
    return search::run_check(model, with, {typeid(Model), search::tell_arguments(args...)});
}

template <class Model>
[[nodiscard]] result check() {
    return check<Model>(options{});
}

} // namespace wbsync

#endif
