using System.Reflection;
using System.Reflection.Emit;

namespace TechTemp.Rules.Tests.Architecture;

/// <summary>Which types a type uses: in its base types, members, signatures and attributes, and in the instructions of its methods. Constants leave no trace.</summary>
internal static class TypeUses
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // By their values: https://learn.microsoft.com/dotnet/api/system.reflection.emit.opcode.value
    private static readonly Dictionary<short, OpCode> s_opCodes =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (OpCode)f.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The types that a type uses, generic arguments and element types among them; not its nested types' uses.</summary>
    public static IEnumerable<Type> Of(Type type) => Raw(type).OfType<Type>().SelectMany(Parts).Distinct();

    private static IEnumerable<Type?> Raw(Type type) =>
    [
        type.BaseType,
        .. type.GetInterfaces(),
        .. Constraints(type.GetGenericArguments()),
        .. Attributes(type),
        .. type.GetFields(All).SelectMany(f => Attributes(f).Prepend(f.FieldType)),
        .. type.GetProperties(All).SelectMany(p => Attributes(p).Prepend(p.PropertyType)),
        .. type.GetMethods(All).SelectMany(m => (IEnumerable<Type?>)[m.ReturnType, .. Constraints(m.GetGenericArguments()), .. Method(m)]),
        .. type.GetConstructors(All).SelectMany(Method),
    ];

    private static IEnumerable<Type?> Method(MethodBase method) =>
        [.. Attributes(method), .. method.GetParameters().SelectMany(p => Attributes(p).Prepend(p.ParameterType)), .. Body(method)];

    private static IEnumerable<Type?> Body(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            return [];
        }

        var typeArguments = method.DeclaringType!.GetGenericArguments();
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        return
        [
            .. body.LocalVariables.Select(l => l.LocalType),
            .. body.ExceptionHandlingClauses.Where(c => c.Flags == ExceptionHandlingClauseOptions.Clause).Select(c => c.CatchType),
            .. Tokens(body.GetILAsByteArray()!).SelectMany(token => Member(method.Module.ResolveMember(token, typeArguments, methodArguments))),
        ];
    }

    private static IEnumerable<Type?> Member(MemberInfo? member) => member switch
    {
        Type type => [type],
        MethodInfo method => [method.DeclaringType, method.ReturnType, .. method.GetGenericArguments(), .. method.GetParameters().Select(p => p.ParameterType)],
        FieldInfo field => [field.DeclaringType, field.FieldType],
        _ => [member?.DeclaringType],
    };

    // ECMA-335, section III.1.2: an opcode of one or two bytes, the first of two is 0xFE, and its operand.
    private static IEnumerable<int> Tokens(byte[] il)
    {
        for (var i = 0; i < il.Length;)
        {
            var code = s_opCodes[il[i] == 0xFE ? (short)(0xFE00 | il[++i]) : il[i]];
            i++;
            if (code.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                yield return BitConverter.ToInt32(il, i);
            }

            i += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, i),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type?> Constraints(Type[] arguments) => arguments.Where(a => a.IsGenericParameter).SelectMany(a => a.GetGenericParameterConstraints());

    private static IEnumerable<Type?> Attributes(MemberInfo member) => Attributes(member.GetCustomAttributesData());

    private static IEnumerable<Type?> Attributes(ParameterInfo parameter) => Attributes(parameter.GetCustomAttributesData());

    private static IEnumerable<Type?> Attributes(IList<CustomAttributeData> attributes) =>
        attributes.SelectMany(a => a.ConstructorArguments.Select(c => c.Value).OfType<Type>().Prepend(a.AttributeType));

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];
}
