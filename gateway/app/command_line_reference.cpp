#include "gateway/app/command_line_reference.h"

#include <memory>

#include "gateway/app/command_help.h"
#include "gateway/app/command_line_family.h"

namespace yht::app {
namespace {

struct SchemaRow {
    const char* name;
    const char* text;
    const char* examples;
};
constexpr SchemaRow kSchemas[] = {
    {"json", "JSON Schema 2020-12 of every record kind 记录的 JSON Schema", "  yht schema json > records.schema.json"},
    {"docs", "Reference page of fields and codes 字段与代码参考",
     "  yht schema docs > fields.md\n  yht schema docs --json    # the same as rows: kinds, fields, codes, rules 以数据行给出"},
    {"spec", "The whole specification as one HTML page 《接口规范》全文", "  yht schema spec > specification.html"},
    {"openapi", "OpenAPI 3.1 of the partner listener 接口描述文件", "  yht schema openapi > openapi.yaml"},
    {"xsd", "XML Schema of records and SOAP operations 记录与 SOAP 操作的 XML Schema", "  yht schema xsd > records.xsd"},
    {"wsdl", "WSDL 1.1 of the SOAP door; a running gateway gives it with its own address at /soap/v1?wsdl SOAP 服务描述",
     "  yht schema wsdl > yihaotong.wsdl"},
};

constexpr const char* kAsDocument =
    "--json gives what is no JSON itself as {\"format\",\"media_type\",\"document\"}. --json 时,非 JSON 文本置于 document 中。\n";

}  // namespace

void addReference(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* schema = top.add_subcommand("schema", "What partners build against 对接规范");
    schema->require_subcommand(1);
    schema->footer("Examples 示例:\n  yht schema spec > specification.html\n  yht schema codes urgency");
    CommandFamily commands(*schema, options, run);
    for (const SchemaRow& row : kSchemas) {
        commands.addAnywhere(row.name, row.text, [&options, name = row.name] { return printSchema(name, options.json); },
                             std::string(kAsDocument) + "Examples 示例:\n" + row.examples);
    }
    const auto list = std::make_shared<std::string>();
    commands.addAnywhere("codes", "Code lists with their dates, as JSON 代码表", [list] { return printCodes(*list); },
                         "JSON with --json or without. 输出即为 JSON。\n"
                         "Examples 示例:\n  yht schema codes > codes.json\n  yht schema codes urgency\n"
                         "Exit codes 退出码: 0 told, 65 no such list.")
        ->add_option("list", *list, "One list; all where left out 代码表名称,省略则全部");
    CommandFamily(top, options, run)
        .addAnywhere("errors", "Every error code with status and retry class 错误码表", [&options] { return printErrors(options.json); },
                     "Examples 示例:\n  yht errors\n  yht errors --json");
}

void addPages(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    CommandFamily commands(top, options, run);
    const auto print = [&top, &options](const DocumentFormat& format, std::string (*made)(const CLI::App&)) {
        return [&top, &options, format, made] { return printDocument(format, made(top), options.json); };
    };
    commands.addAnywhere("completion", "Shell completion 命令补全", print({"bash", "text/x-shellscript"}, bashCompletion),
                         "Examples 示例:\n  yht completion > /usr/share/bash-completion/completions/yht\n  yht completion --json");
    commands.addAnywhere("man", "The manual page 手册页", print({"man", "text/troff"}, manualPage),
                         "Examples 示例:\n  yht man | man -l -\n  yht man > /usr/share/man/man1/yht.1");
}

}  // namespace yht::app
