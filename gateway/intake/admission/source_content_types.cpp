#include "gateway/intake/admission/source_content_types.h"

#include <algorithm>

namespace yht::intake {
namespace {

constexpr std::string_view kAnyBytes = "application/octet-stream";

/// Space-separated; "+json" means every type that ends so.
std::string_view typesOf(kit::Format format) {
    switch (format) {
        case kit::Format::Json:
            return "application/json +json text/json application/x-ndjson text/plain";
        case kit::Format::Xml:
            return "application/xml text/xml +xml text/plain";
        case kit::Format::Csv:
            return "text/csv application/csv text/plain";
        case kit::Format::Tsv:
            return "text/tab-separated-values text/csv text/plain";
        case kit::Format::FixedWidth:
            return "text/plain";
        case kit::Format::Xlsx:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet application/vnd.ms-excel";
        case kit::Format::Dbf:
            return "application/dbf application/x-dbf application/vnd.dbf application/dbase application/zip";
        case kit::Format::Form:
            return "application/x-www-form-urlencoded";
        case kit::Format::Multipart:
            return "multipart/form-data";
        case kit::Format::SoapString:
            return "text/xml application/soap+xml application/xml";
    }
    YHT_ASSERT(false);
}

/// Type and subtype alone, in lower case.
std::string essence(std::string_view content_type) {
    std::string text(content_type.substr(0, content_type.find(';')));
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.erase(0, 1);
    return text;
}

}  // namespace

bool takesContentType(kit::Format format, std::string_view content_type) {
    const std::string given = essence(content_type);
    if (given.empty() || given == kAnyBytes) return true;
    for (std::string_view rest = typesOf(format); !rest.empty();) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        const std::string_view type = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (given == type || (type.starts_with('+') && given.ends_with(type))) return true;
    }
    return false;
}

base::Error wrongContentType(kit::Format format) {
    const std::string types = std::string(typesOf(format)) + " " + std::string(kAnyBytes);
    return base::makePublicError(
        base::ErrorCode::MediaTypeUnsupported, "This source is taken as one of: " + types + ".",
        "该来源接收的 Content-Type 为:" + types + "。"
    );
}

}  // namespace yht::intake
