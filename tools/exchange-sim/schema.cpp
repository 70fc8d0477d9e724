#include "tools/exchange-sim/schema.h"

#include <libxml/xmlschemas.h>

#include <stdexcept>

#include "tools/stage/process.h"

namespace yht::exchange_sim {

namespace {

SchemaFault faultAt(const xmlNode* node) {
    SchemaFault fault;
    for (const xmlNode* at = node; at != nullptr && at->type == XML_ELEMENT_NODE; at = at->parent) {
        if (is(at, kReportNamespace, "Record")) {
            const xmlNode* serial = onlyChild(at, kReportNamespace, "SerialNo");
            if (serial != nullptr) fault.serial = textOf(serial);
            break;
        }
        if (is(at, kReportNamespace, "SubmitRecords") || is(at, kReportNamespace, "QueryRecords")) break;
        fault.name = nameOf(at) + (fault.name.empty() ? "" : "/") + fault.name;
    }
    if (fault.name.empty()) fault.name = "Record";
    return fault;
}

void note(void* into, xmlError* error) {
    auto& faults = *static_cast<std::vector<SchemaFault>*>(into);
    const auto* node = static_cast<const xmlNode*>(error->node);
    if (node == nullptr || faults.size() >= kSchemaFaultsMax) return;
    SchemaFault fault = faultAt(node);
    // One wrong value breaks several rules of its type.
    if (faults.empty() || faults.back().serial != fault.serial || faults.back().name != fault.name)
        faults.push_back(std::move(fault));
}

}  // namespace

Schema::Schema(const std::string& path) {
    const auto file = stage::readFile(path);
    if (!file.ok) throw std::runtime_error("can't read " + path);
    text_ = file.text;
    const std::unique_ptr<xmlSchemaParserCtxt, decltype(&xmlSchemaFreeParserCtxt)> context(
        xmlSchemaNewMemParserCtxt(text_.data(), static_cast<int>(text_.size())), xmlSchemaFreeParserCtxt
    );
    schema_ = std::shared_ptr<_xmlSchema>(xmlSchemaParse(context.get()), xmlSchemaFree);
    if (!schema_) throw std::runtime_error("no schema in " + path);
}

std::vector<SchemaFault> Schema::check(xmlNode* operation) const {
    std::vector<SchemaFault> faults;
    const std::unique_ptr<xmlSchemaValidCtxt, decltype(&xmlSchemaFreeValidCtxt)> context(
        xmlSchemaNewValidCtxt(schema_.get()), xmlSchemaFreeValidCtxt
    );
    xmlSchemaSetValidStructuredErrors(context.get(), note, &faults);
    const int result = xmlSchemaValidateOneElement(context.get(), operation);
    if (result != 0 && faults.empty()) faults.push_back({"", nameOf(operation)});
    return faults;
}

}  // namespace yht::exchange_sim
