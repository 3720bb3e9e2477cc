// SPDX-License-Identifier: BSD-3-Clause
// The part of JSON that saved searches use.

#include <wbsync/search/json_members.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace wbsync::search;

namespace {

template <class T>
std::string written(const T& value) {
    member_writer write;
    write("value", value);
    write("end", true);
    return write.take();
}

template <class T>
T read(std::string_view text) {
    T value{};
    bool end = false;
    member_reader from(text);
    from("value", value);
    from("end", end);
    from.expect_end();
    return value;
}

/// A value is read again exactly, a JSON library reads the same value, and a text that is cut off
/// or continues is refused.
template <class T>
void check_value(const T& value) {
    const std::string text = written(value);
    CAPTURE(text);
    CHECK(read<T>(text) == value);
    CHECK(nlohmann::json::parse(text).at("value").get<T>() == value);
    for (std::size_t length = 0; length != text.size(); ++length)
        CHECK_THROWS_AS(read<T>(text.substr(0, length)), std::invalid_argument);
    CHECK_THROWS_AS(read<T>(text + " "), std::invalid_argument);
}

} // namespace

TEST_CASE("members of JSON: what was written is read again, and nothing else is") {
    check_value<std::string>("");
    check_value<std::string>("a \"name\", a \\, a\nline, \x01 and \x1f, \u00e4");
    check_value(std::numeric_limits<std::uint64_t>::max());
    check_value(-7);
    check_value(0.1);
    check_value(0.0);
    check_value(true);
    check_value(false);
    check_value(std::vector<std::uint16_t>{});
    check_value(std::vector<std::uint16_t>{0, 65535, 3});
}

TEST_CASE("members of JSON: another name, or another kind of value, is refused") {
    std::string other = written(1);
    other.replace(other.find("value"), 5, "valve");
    CHECK_THROWS_AS(read<int>(other), std::invalid_argument);
    CHECK_THROWS_AS(read<int>(written(std::string{"1"})), std::invalid_argument);
    CHECK_THROWS_AS(read<std::uint64_t>(written(-1)), std::invalid_argument);
    CHECK_THROWS_AS(read<std::uint16_t>(written(65536)), std::invalid_argument);
    CHECK_THROWS_AS(read<std::string>(R"({"value":"\u0141","end":true})"), std::invalid_argument);
}
