// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/preprocessor/seq/for_each.hpp>
#include <boost/preprocessor/stringize.hpp>
#include <boost/preprocessor/tuple/elem.hpp>
#include <boost/preprocessor/variadic/to_seq.hpp>
#include <fmt/format.h>

namespace wbsync::catalogue {

/// A number that a model takes, and that the user may choose: -p name=value.
struct parameter {
    std::string name;
    std::string summary;
    int value; ///< default
    int least;
    int most;
};

using parameter_values = std::map<std::string, int>;

namespace detail {

/// Values that are taken one by one. Throws std::invalid_argument if there is none with a wanted
/// name, or if some are never taken.
class values_taken {
public:
    explicit values_taken(const parameter_values& from) : from_(from) {}

    /// The value of that name, or else `otherwise`.
    int take(const char* name, int otherwise) {
        const auto at = from_.find(name);
        if (at == from_.end())
            return otherwise;
        ++taken_;
        return at->second;
    }

    /// `known`: all names that may be given.
    void expect_all_taken(const char* known) const {
        if (taken_ == from_.size())
            return;
        std::string given;
        for (const auto& [name, value] : from_)
            given += (given.empty() ? "" : ", ") + name;
        throw std::invalid_argument(fmt::format(
            "wbsync: the model has the bounds{}, the parameters are {}: use the names of the "
            "bounds in the catalogue",
            known, given));
    }

private:
    const parameter_values& from_;
    std::size_t taken_ = 0;
};

} // namespace detail
} // namespace wbsync::catalogue

// clang-format off
#define WBSYNC_BOUND_NAME(bound) BOOST_PP_TUPLE_ELEM(5, 0, bound)
#define WBSYNC_BOUND_TEXT(bound) BOOST_PP_STRINGIZE(WBSYNC_BOUND_NAME(bound))
#define WBSYNC_BOUND_DEFAULT(bound) BOOST_PP_TUPLE_ELEM(5, 1, bound)
#define WBSYNC_BOUND_LEAST(bound) BOOST_PP_TUPLE_ELEM(5, 2, bound)
#define WBSYNC_BOUND_MOST(bound) BOOST_PP_TUPLE_ELEM(5, 3, bound)
#define WBSYNC_BOUND_SUMMARY(bound) BOOST_PP_TUPLE_ELEM(5, 4, bound)

#define WBSYNC_BOUND_MEMBER(r, data, bound) \
    int WBSYNC_BOUND_NAME(bound) = WBSYNC_BOUND_DEFAULT(bound);
#define WBSYNC_BOUND_AT_LEAST(r, least, bound) \
    least.WBSYNC_BOUND_NAME(bound) = WBSYNC_BOUND_LEAST(bound);
#define WBSYNC_BOUND_PARAMETER(r, least, bound) \
    {WBSYNC_BOUND_TEXT(bound), WBSYNC_BOUND_SUMMARY(bound), WBSYNC_BOUND_NAME(bound), \
     least.WBSYNC_BOUND_NAME(bound), WBSYNC_BOUND_MOST(bound)},
#define WBSYNC_BOUND_TAKE(r, size, bound) \
    size.WBSYNC_BOUND_NAME(bound) = \
        taken.take(WBSYNC_BOUND_TEXT(bound), size.WBSYNC_BOUND_NAME(bound));
#define WBSYNC_BOUND_KNOWN(r, data, bound) " " WBSYNC_BOUND_TEXT(bound)

/// Declares the struct of a model's bounds: how much there is of everything. Each bound is given
/// once, as (name, default, least, most, "summary"):
///
///     WBSYNC_BOUNDS(bounds, (readers, 1, 1, 4, "threads that look"),
///                   (writers, 1, 0, 4, "threads that change something"));
///
/// It is an aggregate with a member `int name` for each bound, and has
/// * parameters(): what the catalogue says of them, with the values of this object as defaults;
///   parameters(least): the same, where no value is below its value in another object;
/// * from(values): the bounds with the values of a check. A bound without a value has its default.
///   Throws std::invalid_argument for a value without a bound.
#define WBSYNC_BOUNDS(type, ...) WBSYNC_BOUNDS_OF(type, BOOST_PP_VARIADIC_TO_SEQ(__VA_ARGS__))

#define WBSYNC_BOUNDS_OF(type, bounds) \
    struct type { \
        BOOST_PP_SEQ_FOR_EACH(WBSYNC_BOUND_MEMBER, , bounds) \
        \
        [[nodiscard]] std::vector<::wbsync::catalogue::parameter> parameters() const { \
            type least; \
            BOOST_PP_SEQ_FOR_EACH(WBSYNC_BOUND_AT_LEAST, least, bounds) \
            return parameters(least); \
        } \
        [[nodiscard]] std::vector<::wbsync::catalogue::parameter> parameters( \
            const type& least) const { \
            return {BOOST_PP_SEQ_FOR_EACH(WBSYNC_BOUND_PARAMETER, least, bounds)}; \
        } \
        [[nodiscard]] static type from(const ::wbsync::catalogue::parameter_values& values) { \
            type size; \
            ::wbsync::catalogue::detail::values_taken taken(values); \
            BOOST_PP_SEQ_FOR_EACH(WBSYNC_BOUND_TAKE, size, bounds) \
            taken.expect_all_taken(BOOST_PP_SEQ_FOR_EACH(WBSYNC_BOUND_KNOWN, , bounds)); \
            return size; \
        } \
    }
// clang-format on
