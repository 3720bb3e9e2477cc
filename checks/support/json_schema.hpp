// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <optional>
#include <stdexcept>
#include <string>

/// Is a document valid under a JSON Schema, draft 4? Uses RapidJSON's validator.
class json_schema {
public:
    explicit json_schema(const std::string& text) : source_(parsed(text)), schema_(source_) {}

    /// The error in the document: "#/results/0/verdict: enum". std::nullopt if it is valid.
    [[nodiscard]] std::optional<std::string> complaint(const std::string& document) const {
        rapidjson::SchemaValidator validator(schema_);
        if (parsed(document).Accept(validator))
            return std::nullopt;
        rapidjson::StringBuffer where;
        validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
        return std::string{where.GetString()} + ": " + validator.GetInvalidSchemaKeyword();
    }

private:
    static rapidjson::Document parsed(const std::string& text) {
        rapidjson::Document document;
        document.Parse(text.c_str(), text.size());
        if (document.HasParseError())
            throw std::invalid_argument("no JSON: '" + text.substr(0, 200) + "'");
        return document;
    }

    rapidjson::Document source_;
    rapidjson::SchemaDocument schema_;
};
