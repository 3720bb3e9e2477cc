// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "checks/native/conformance/on_atomics.hpp"
#include "checks/native/conformance/on_bits.hpp"
#include "checks/native/conformance/on_contexts.hpp"
#include "checks/native/conformance/on_hlists.hpp"
#include "checks/native/conformance/on_lists.hpp"
#include "checks/native/conformance/on_mutexes.hpp"
#include "checks/native/conformance/on_percpu.hpp"
#include "checks/native/conformance/on_percpu_refs.hpp"
#include "checks/native/conformance/on_pointers.hpp"
#include "checks/native/conformance/on_rcu.hpp"
#include "checks/native/conformance/on_refcounts.hpp"
#include "checks/native/conformance/on_rwsems.hpp"
#include "checks/native/conformance/on_seqlocks.hpp"
#include "checks/native/conformance/on_spinlocks.hpp"
#include "checks/native/conformance/on_waits.hpp"
#include "checks/native/conformance/on_works.hpp"

#include <array>
#include <optional>
#include <tuple>
#include <utility>

namespace conformance {

/// The objects that a script works on: those of each family that one of its operations belongs to.
class world {
public:
    using all = std::tuple<std::optional<atomics>, std::optional<bits>, std::optional<pointers>,
                           std::optional<refcounts>, std::optional<lists>, std::optional<hlists>,
                           std::optional<spinlocks>, std::optional<mutexes>, std::optional<rwsems>,
                           std::optional<seqlocks>, std::optional<waits>, std::optional<percpus>,
                           std::optional<percpu_refs>, std::optional<rcus>, std::optional<works>,
                           std::optional<contexts>>;
    static constexpr std::size_t families = std::tuple_size_v<all>;

    template <class Family>
    [[nodiscard]] Family& get() {
        return *std::get<std::optional<Family>>(objects_);
    }

    /// Calls f(family, its objects) for all of them.
    template <class F>
    void for_each(F f) {
        for_each(f, std::make_index_sequence<families>{});
    }

private:
    template <class F, std::size_t... I>
    void for_each(F f, std::index_sequence<I...>) {
        (f(I, std::get<I>(objects_)), ...);
    }

    all objects_;
};

/// An operation on the objects of a world.
struct operation {
    const char* name;
    std::size_t family;
    bool returns;
    bool alone;
    bool silent;
    bool served; ///< threads of the platform run, too
    std::function<std::int64_t(world&, const call&)> run;
};

/// The operations of one family: the parts of its table are equally likely.
using family_table = std::vector<std::vector<std::size_t>>;

/// All operations there are.
class operation_table {
public:
    static const operation_table& get() {
        static const operation_table all;
        return all;
    }

    [[nodiscard]] const operation& operator[](std::size_t i) const { return operations_[i]; }
    [[nodiscard]] std::size_t size() const { return operations_.size(); }
    [[nodiscard]] const family_table& of(std::size_t family) const { return families_[family]; }
    [[nodiscard]] const char* name_of(std::size_t family) const { return names_[family]; }

private:
    operation_table() { add_all(std::make_index_sequence<world::families>{}); }

    template <std::size_t... I>
    void add_all(std::index_sequence<I...>) {
        (add<typename std::tuple_element_t<I, world::all>::value_type>(I), ...);
    }

    template <class Family>
    void add(std::size_t family) {
        constexpr bool served = requires {
            Family::is_served;
        };
        names_[family] = Family::name;
        for (const operations_on<Family>& part : Family::all()) {
            families_[family].emplace_back();
            for (const operation_on<Family>& o : part) {
                families_[family].back().push_back(operations_.size());
                operations_.push_back(
                    {o.name, family, o.returns, o.alone, o.silent, served,
                     [run = o.run](world& w, const call& c) { return run(w.get<Family>(), c); }});
            }
        }
    }

    std::vector<operation> operations_;
    std::array<family_table, world::families> families_;
    std::array<const char*, world::families> names_{};
};

/// Does the script use a thread of the platform, which is outside of any schedule?
inline bool is_served(const script& s) {
    for (const auto& thread : s.threads)
        for (const line& l : thread)
            if (operation_table::get()[l.operation].served)
                return true;
    return false;
}

} // namespace conformance
