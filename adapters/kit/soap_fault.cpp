#include "adapters/kit/soap_fault.h"

#include <algorithm>

#include "adapters/kit/raw_json.h"
#include "adapters/kit/xml_value.h"

namespace yht::kit {
namespace {

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// A QName without its prefix.
std::string localPart(const std::string& qname) {
    const std::string text = trimmed(qname);
    return text.substr(text.rfind(':') == text.npos ? 0 : text.rfind(':') + 1);
}

bool readDetail(const std::optional<xml::Element>& detail, SoapFault& fault) {
    if (!detail) return true;
    auto value = xmlValue(*detail);
    if (!value) return false;
    fault.detail = *std::move(value);
    return true;
}

}  // namespace

std::optional<SoapFault> readFault(const xml::Element& element) {
    SoapFault fault;
    if (const auto code = element.child("faultcode")) {
        fault.code = localPart(code->text());
        if (const auto dot = fault.code.find('.'); dot != fault.code.npos) {
            fault.subcode = fault.code.substr(dot + 1);
            fault.code.resize(dot);
        }
        if (!readDetail(element.child("detail"), fault)) return std::nullopt;
    } else if (const auto outer = element.child("Code")) {
        if (const auto value = outer->child("Value")) fault.code = localPart(value->text());
        const auto inner = outer->child("Subcode");
        const auto value = inner ? inner->child("Value") : std::nullopt;
        if (value) fault.subcode = localPart(value->text());
        if (!readDetail(element.child("Detail"), fault)) return std::nullopt;
    }
    if (fault.code.empty()) return std::nullopt;
    return fault;
}

std::optional<FaultClass> classify(
    const FaultRules& rules, const SoapFault& fault, int http_status, bool is_signed
) {
    const std::string detail =
        rules.detail_code.empty() ? "" : trimmed(textAt(fault.detail, rules.detail_code));
    const auto fits = [&](const FaultRow& row) {
        return (is_signed || row.unsigned_too) && (!row.asks_code || row.codes.has(fault.code)) &&
               (!row.asks_subcode || row.subcodes.has(fault.subcode)) &&
               (!row.asks_detail || row.details.has(detail)) &&
               (row.http.empty() || row.http.contains(http_status));
    };
    const auto row = std::find_if(rules.rows.begin(), rules.rows.end(), fits);
    if (row == rules.rows.end()) return std::nullopt;
    return row->then;
}

}  // namespace yht::kit
